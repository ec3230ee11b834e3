package io.microspring.autoconfigure.selector;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a node is picked for a call.
 *
 * @param type Name of the strategy.
 */
@ConfigurationProperties("micro.selector")
public record SelectorProperties(@DefaultValue("random") String type) {

}
