package io.microspring.autoconfigure;

import io.microspring.plugins.Plugins;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * What can be chosen by name: the embedded parts, the plugins, and each {@link Plugin}
 * bean. A bean replaces a line of its name, which is how a backend gets options of its
 * own, and how another jar adds one.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ImportRuntimeHints(MicroRuntimeHints.class)
public final class MicroAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Catalogue microCatalogue(ObjectProvider<Plugin> plugins) {
		return Plugins.catalogue().with(plugins.orderedStream().toList());
	}

}
