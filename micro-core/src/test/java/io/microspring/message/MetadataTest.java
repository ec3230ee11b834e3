package io.microspring.message;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MetadataTest {

	private final Metadata metadata = Metadata.of("Micro-Id", "1", "X-User", "anne");

	@Test
	void namesAreFoundInAnyCase() {
		assertThat(this.metadata.get("Micro-ID")).isEqualTo("1");
		assertThat(this.metadata.get("micro-id")).isEqualTo("1");
		assertThat(this.metadata.get("Micro")).isNull();
	}

	@Test
	void laterValueTakesThePlaceOfTheEarlier() {
		Metadata changed = this.metadata.with("MICRO-ID", "2");

		assertThat(changed.names()).containsExactly("MICRO-ID", "X-User");
		assertThat(changed.get("Micro-Id")).isEqualTo("2");
		assertThat(this.metadata.get("Micro-Id")).isEqualTo("1");
		assertThat(Metadata.of("a", "1", "A", "2").toMap()).isEqualTo(Map.of("A", "2"));
	}

	@Test
	void nameThatWasSaidToBeNewAndIsNotIsAnError() {
		Metadata.Builder builder = Metadata.builder().add("a", "1").add("b", "2");

		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> builder.add("A", "3"));
	}

	@Test
	void firstValueStaysWhereAsked() {
		Metadata first = Metadata.builder().setIfAbsent("a", "1").setIfAbsent("A", "2").setIfAbsent("b", "3").build();

		assertThat(first.toMap()).isEqualTo(Map.of("a", "1", "b", "3"));
	}

	@Test
	void valuesOfTheOtherWin() {
		Metadata all = this.metadata.withAll(Metadata.of("x-user", "bob", "Timeout", "5"));

		assertThat(all.get("X-User")).isEqualTo("bob");
		assertThat(all.size()).isEqualTo(3);
		assertThat(this.metadata.withAll(Metadata.empty())).isSameAs(this.metadata);
		assertThat(Metadata.empty().withAll(this.metadata)).isSameAs(this.metadata);
	}

	@Test
	void removedHeaderIsGone() {
		assertThat(this.metadata.without("micro-id").names()).containsExactly("X-User");
		assertThat(this.metadata.without("X-User").names()).containsExactly("Micro-Id");
		assertThat(this.metadata.without("other")).isSameAs(this.metadata);
		assertThat(Metadata.of("a", "1").without("A").isEmpty()).isTrue();
	}

	@Test
	void orderIsKeptForAnyNumber() {
		Map<String, String> map = new LinkedHashMap<>();
		IntStream.range(0, 100).forEach((i) -> map.put("Name-" + i, "value " + i));

		Metadata many = Metadata.from(map);

		assertThat(many.size()).isEqualTo(100);
		assertThat(many.toMap()).containsExactlyEntriesOf(map);
		assertThat(many.names()).containsExactlyElementsOf(map.keySet());
		assertThat(many.with("one-more", "1").size()).isEqualTo(101);
	}

	@Test
	void builderCanBeUsedOn() {
		Metadata.Builder builder = Metadata.empty().toBuilder().set("a", "1");
		Metadata one = builder.build();
		Metadata two = builder.set("b", "2").set("a", "3").build();

		assertThat(one.toMap()).isEqualTo(Map.of("a", "1"));
		assertThat(two.toMap()).isEqualTo(Map.of("a", "3", "b", "2"));
		assertThat(Metadata.builder().build()).isSameAs(Metadata.empty());
	}

	@Test
	void equalityDisregardsOrderAndTheCaseOfNames() {
		Metadata same = Metadata.of("x-user", "anne", "MICRO-ID", "1");

		assertThat(same).isEqualTo(this.metadata).hasSameHashCodeAs(this.metadata);
		assertThat(this.metadata).isNotEqualTo(Metadata.of("Micro-Id", "1", "X-User", "Anne"))
			.isNotEqualTo(Metadata.of("Micro-Id", "1"))
			.isNotEqualTo(Metadata.of("Micro-Id", "1", "X-Other", "anne"));
	}

	@Test
	void nameWithoutAValueIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Metadata.of("a", "1", "b"))
			.withMessage("A name without a value: b");
	}

	@Test
	void viewsCannotBeChanged() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.metadata.toMap().put("a", "b"));
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> this.metadata.names().add("a"));
	}

}
