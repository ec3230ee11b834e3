package io.microspring.selector;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LookalikesTest {

	@ParameterizedTest
	@CsvSource({ "go.micro.srv.greter, go.micro.srv.greeter", "greeter, go.micro.srv.greeter",
			"go.micro.api.greeter, go.micro.srv.greeter", "Go.Micro.Srv.Greeter, go.micro.srv.greeter",
			"greter, go.micro.srv.greeter", "go.micro.srv.gretter, go.micro.srv.greeter", "userss, users",
			"ordrs, com.example.orders" })
	void nameThatLooksAlikeIsShown(String asked, String known) {
		assertThat(hint(asked, known, "zzz")).isEqualTo("; it knows " + known);
	}

	@ParameterizedTest
	@CsvSource({ "payments, go.micro.srv.greeter", "go.micro.srv.bank, go.micro.srv.greeter", "a, b" })
	void nameThatLooksDifferentIsNotShown(String asked, String known) {
		assertThat(hint(asked, known)).isEmpty();
	}

	@Test
	void threeAtTheMostAreShownNearestFirst() {
		assertThat(hint("service", "service12", "service1", "service2", "service3"))
			.isEqualTo("; it knows service1, service2, service3");
	}

	@Test
	void registryThatDoesNotAnswerIsNotWaitedForLong() {
		CountDownLatch never = new CountDownLatch(1);
		Lookalikes lookalikes = new Lookalikes(new ListOnly() {
			@Override
			public List<Service> list() {
				try {
					never.await();
				}
				catch (InterruptedException ignored) {
					// the test is over
				}
				return List.of();
			}
		});
		long before = System.nanoTime();
		assertThat(lookalikes.hint("greeter")).isEmpty();
		assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
		never.countDown();
	}

	@Test
	void registryThatFailsIsPassedOver() {
		Lookalikes lookalikes = new Lookalikes(new ListOnly() {
			@Override
			public List<Service> list() {
				throw new IllegalStateException("no list today");
			}
		});
		assertThat(lookalikes.hint("greeter")).isEmpty();
	}

	private static String hint(String asked, String... known) {
		try (Registry registry = Registry.memory()) {
			for (String name : known) {
				registry.register(Service.of(name, "latest", Node.of(name + "-1", "127.0.0.1:1")), Duration.ZERO);
			}
			return new Lookalikes(registry).hint(asked);
		}
	}

	/** A registry that is asked for its list only. */
	private abstract static class ListOnly implements Registry {

		@Override
		public String name() {
			return "list-only";
		}

		@Override
		public void register(Service service, Duration ttl) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void deregister(Service service) {
			throw new UnsupportedOperationException();
		}

		@Override
		public List<Service> get(String name) {
			return List.of();
		}

		@Override
		public Watcher watch(String name, Consumer<Change> listener) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close() {
		}

	}

}
