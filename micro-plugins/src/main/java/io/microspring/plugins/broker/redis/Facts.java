package io.microspring.plugins.broker.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What Redis tells of something ({@code XINFO}): a list of names, each with its value
 * behind it.
 */
final class Facts {

	private Facts() {
	}

	/** By name; texts as such. */
	static Map<String, Object> of(Object told) {
		Map<String, Object> facts = new HashMap<>();
		if (told instanceof List<?> list) {
			for (int i = 0; i + 1 < list.size(); i += 2) {
				Object value = list.get(i + 1);
				if (value != null) {
					facts.put(text(list.get(i)), (value instanceof byte[]) ? text(value) : value);
				}
			}
		}
		return facts;
	}

	static OptionalLong number(Map<String, Object> facts, String name) {
		return (facts.get(name) instanceof Number number) ? OptionalLong.of(number.longValue()) : OptionalLong.empty();
	}

	private static String text(Object value) {
		return (value instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
	}

}
