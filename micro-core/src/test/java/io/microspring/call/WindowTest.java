package io.microspring.call;

import java.util.ArrayList;
import java.util.List;

import io.microspring.errors.MicroException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WindowTest {

	private final List<Boolean> reading = new ArrayList<>();

	private final Window<byte[]> window = new Window<>(this.reading::add, (message) -> message.length);

	@Test
	void manyMessagesHoldBackTheSenderUntilHalfAreTaken() {
		for (int i = 0; i < 127; i++) {
			this.window.add(new byte[1]);
		}
		assertThat(this.reading).isEmpty();
		this.window.add(new byte[1]);
		assertThat(this.reading).containsExactly(false);
		for (int i = 0; i < 63; i++) {
			take();
		}
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false, true);
	}

	@Test
	void fewLargeMessagesHoldBackTheSenderToo() {
		this.window.add(new byte[3 * 1024 * 1024]);
		assertThat(this.reading).isEmpty();
		this.window.add(new byte[3 * 1024 * 1024]);
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false);
		take();
		assertThat(this.reading).containsExactly(false, true);
	}

	private void take() {
		assertThat(this.window.take(Deadline.NONE, () -> MicroException.plain("never"))).isNotNull();
	}

}
