package io.microspring.plugins.broker.redis;

import java.time.Duration;
import java.util.List;

import io.microspring.broker.Broker;
import io.microspring.plugins.broker.redis.RedisOptions.Mode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RedisAddressTest {

	private static final RedisOptions OPTIONS = RedisOptions.defaults();

	@Test
	void addressIsAHostAndAPort() {
		assertThat(shown(OPTIONS)).isEqualTo("redis at 127.0.0.1:6379");
		assertThat(shown(OPTIONS.withAddress("a"))).isEqualTo("redis at a:6379");
		assertThat(shown(OPTIONS.withAddress("redis://a:1"))).isEqualTo("redis at a:1");
		assertThat(shown(OPTIONS.withAddress("::1"))).isEqualTo("redis at [::1]:6379");
		assertThat(shown(OPTIONS.withSentinels("a,b:1", "fleet", "")))
			.isEqualTo("redis at the primary fleet that Sentinels know at a:26379, b:1");
	}

	@Test
	void addressThatIsNoneIsRefused() {
		for (String address : List.of("a b", ",", "redis://", "a:b:c/d", "http://a", "a:99999", "redis://a/1")) {
			assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress(address));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress("a,b"))
			.withMessageContaining("sentinel-master")
			.withMessageContaining("Cluster");
	}

	@Test
	void addressThatHoldsAPasswordIsRefusedAndNotShown() {
		for (String address : List.of("redis://root:secret@redis", ":secret@redis", "a,redis://root:se,cret@b",
				"redis?password=secret", "redis:6379#secret")) {
			assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withAddress(address))
				.withMessageContaining("micro.broker.redis.username")
				.withMessageNotContainingAny("secret", "root", "cret@", address);
		}
	}

	@Test
	void secretsAreNotShown() {
		assertThat(OPTIONS.withCredentials("root", "secret").withSentinels("a", "fleet", "secret").toString())
			.doesNotContain("secret")
			.contains("root", "fleet");
	}

	@Test
	void optionsOutsideTheirLimitsAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withTimeout(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withClaimIdle(Duration.ofMillis(10)));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withDatabase(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withMaxMessageSize(0));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withPrefetch(0));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withMaxLength(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withCredentials("user", ""))
			.withMessageContaining("user");
	}

	@Test
	void optionsThatAreSetStay() {
		RedisOptions options = OPTIONS.withMode(Mode.STREAMS)
			.withMaxLength(7)
			.withPrefetch(8)
			.withDatabase(9)
			.withMaxMessageSize(10)
			.withAddress("");
		assertThat(options.mode()).isEqualTo(Mode.STREAMS);
		assertThat(options.maxLength()).isEqualTo(7);
		assertThat(options.prefetch()).isEqualTo(8);
		assertThat(options.database()).isEqualTo(9);
		assertThat(options.maxMessageSize()).isEqualTo(10);
		assertThat(options.address()).isEqualTo(OPTIONS.address());
	}

	private static String shown(RedisOptions options) {
		try (Broker broker = new RedisBroker(options)) {
			return broker.toString();
		}
	}

}
