package io.microspring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Boot believes the file, and does not look at the classes any more.
 */
class AutoConfigurationMetadataTest {

	private static final String FILE = "META-INF/spring-autoconfigure-metadata.properties";

	@Test
	void metadataSaysWhatTheClassesSay() throws IOException {
		Map<String, String> expected = new TreeMap<>();
		for (String name : ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())) {
			if (name.startsWith("io.microspring.")) {
				describe(ClassUtils.resolveClassName(name, getClass().getClassLoader()), expected);
			}
		}
		assertThat(new TreeMap<>(actual())).isEqualTo(expected);
	}

	private static void describe(Class<?> type, Map<String, String> into) {
		into.put(type.getName(), "");
		AutoConfiguration order = type.getAnnotation(AutoConfiguration.class);
		put(into, type, "AutoConfigureBefore", names(order.before()), Stream.of(order.beforeName()));
		put(into, type, "AutoConfigureAfter", names(order.after()), Stream.of(order.afterName()));
		ConditionalOnClass onClass = type.getAnnotation(ConditionalOnClass.class);
		if (onClass != null) {
			put(into, type, "ConditionalOnClass", names(onClass.value()), Stream.of(onClass.name()));
		}
		ConditionalOnBean onBean = type.getAnnotation(ConditionalOnBean.class);
		if (onBean != null) {
			put(into, type, "ConditionalOnBean", names(onBean.value()), Stream.of(onBean.type()));
		}
	}

	private static Stream<String> names(Class<?>[] types) {
		return Arrays.stream(types).map(Class::getName);
	}

	private static void put(Map<String, String> into, Class<?> type, String key, Stream<String> some,
			Stream<String> more) {
		List<String> names = new ArrayList<>(Stream.concat(some, more).sorted().toList());
		if (!names.isEmpty()) {
			into.put(type.getName() + "." + key, String.join(",", names));
		}
	}

	private static Map<String, String> actual() throws IOException {
		Properties file = new Properties();
		for (URL url : Collections.list(AutoConfigurationMetadataTest.class.getClassLoader().getResources(FILE))) {
			try (InputStream in = url.openStream()) {
				file.load(in);
			}
		}
		Map<String, String> ours = new TreeMap<>();
		file.stringPropertyNames().forEach((name) -> {
			if (name.startsWith("io.microspring.")) {
				ours.put(name, file.getProperty(name));
			}
		});
		return ours;
	}

}
