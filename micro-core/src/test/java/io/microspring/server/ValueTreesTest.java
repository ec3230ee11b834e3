package io.microspring.server;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.microspring.registry.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How types of Java are described, as go-micro describes Go's (protocol reference §5.1,
 * §16.5).
 */
class ValueTreesTest {

	@Test
	void recordIsDescribedAsGoWouldItsStruct() {
		assertThat(ValueTrees.root(Request.class)).isEqualTo(new Value("Request", "Request",
				List.of(leaf("name", "string"), leaf("count", "int64"), leaf("list", "[]string"), leaf("subs", "[]D4"),
						leaf("m", ""), new Value("deep", "D2", List.of(leaf("d3", "D3"))), leaf("any", ""),
						leaf("data", "[]uint8"), leaf("colour", "Colour"))));
	}

	@Test
	void beanIsDescribedByItsFields() {
		assertThat(ValueTrees.root(Bean.class)).isEqualTo(new Value("Bean", "Bean", List.of(leaf("id", "int64"),
				leaf("name", "string"), new Value("child", "D3", List.of(leaf("d4", "D4"))))));
	}

	@Test
	void typeThatHoldsItselfEndsAtTheThirdLevel() {
		assertThat(ValueTrees.root(Tree.class))
			.isEqualTo(new Value("Tree", "Tree", List.of(new Value("left", "Tree", List.of(leaf("left", "Tree"))))));
	}

	@ParameterizedTest
	@CsvSource({ "java.lang.String, string", "java.lang.Boolean, bool", "java.lang.Byte, int8",
			"java.lang.Short, int16", "java.lang.Integer, int32", "java.lang.Long, int64", "java.lang.Float, float32",
			"java.lang.Double, float64", "java.util.Map, ''", "java.lang.Object, ''", "[B, []uint8" })
	void simpleTypeHasGosName(String type, String name) throws ClassNotFoundException {
		assertThat(ValueTrees.root(Class.forName(type))).isEqualTo(leaf(name, name));
	}

	@Test
	void nothingIsDescribedAsNothing() {
		assertThat(ValueTrees.root(Void.class)).isNull();
	}

	@Test
	void listIsNamedByItsElements() throws ReflectiveOperationException {
		assertThat(ValueTrees.root(Lists.class.getDeclaredField("texts").getGenericType()))
			.isEqualTo(leaf("[]string", "[]string"));
		assertThat(ValueTrees.root(Lists.class.getDeclaredField("set").getGenericType()))
			.isEqualTo(leaf("[]D4", "[]D4"));
		assertThat(ValueTrees.root(Lists.class.getDeclaredField("array").getGenericType()))
			.isEqualTo(leaf("[]int32", "[]int32"));
		assertThat(ValueTrees.root(Lists.class.getDeclaredField("nested").getGenericType()))
			.isEqualTo(leaf("[][]string", "[][]string"));
	}

	private static Value leaf(String name, String type) {
		return new Value(name, type, List.of());
	}

	enum Colour {

		RED

	}

	record Request(String name, long count, List<String> list, List<D4> subs, Map<String, Integer> m, D2 deep,
			Object any, byte[] data, Colour colour) {
	}

	record D2(D3 d3) {
	}

	record D3(D4 d4) {
	}

	record D4(String text) {
	}

	record Tree(Tree left) {
	}

	@SuppressWarnings("unused")
	static class Entity {

		private long id;

	}

	@SuppressWarnings("unused")
	static class Bean extends Entity {

		static String constant = "x";

		private String name;

		private transient String cached;

		private D3 child;

	}

	@SuppressWarnings("unused")
	static class Lists {

		List<String> texts;

		Set<D4> set;

		int[] array;

		List<List<String>> nested;

	}

}
