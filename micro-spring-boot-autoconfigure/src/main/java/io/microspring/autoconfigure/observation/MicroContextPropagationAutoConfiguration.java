package io.microspring.autoconfigure.observation;

import io.micrometer.context.ContextRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;

/**
 * Has context-propagation carry the context of the current call. The registry is one for
 * the process; a second context replaces the accessor by an equal one.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(ContextRegistry.class)
public final class MicroContextPropagationAutoConfiguration {

	MicroContextPropagationAutoConfiguration() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(new CallContextAccessor());
	}

}
