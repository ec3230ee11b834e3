package io.microspring.autoconfigure;

import java.util.List;

import io.microspring.plugins.Plugins;
import io.microspring.service.Plugin;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image of what the library looks up by name: virtual threads, which the
 * byte code of Java 17 cannot name, the drivers of the plugins, and the nodes that Spring
 * AMQP knows of.
 */
final class MicroRuntimeHints implements RuntimeHintsRegistrar {

	private static final List<String> VIRTUAL_THREADS = List.of("java.lang.Thread", "java.lang.Thread$Builder",
			"java.lang.Thread$Builder$OfVirtual", "java.util.concurrent.Executors");

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (String name : VIRTUAL_THREADS) {
			hints.reflection().registerTypeIfPresent(classLoader, name, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
		hints.reflection()
			.registerTypeIfPresent(classLoader, "org.springframework.amqp.rabbit.connection.AbstractConnectionFactory",
					(type) -> type.withMethod("getAddresses", List.of(), ExecutableMode.INVOKE));
		for (Plugin plugin : Plugins.all()) {
			if (plugin.driver() != null) {
				hints.reflection().registerTypeIfPresent(classLoader, plugin.driver());
			}
		}
	}

}
