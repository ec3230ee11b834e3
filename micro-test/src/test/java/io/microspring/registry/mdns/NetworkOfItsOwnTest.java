package io.microspring.registry.mdns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.microspring.health.HealthReport;
import io.microspring.registry.MdnsOptions;
import io.microspring.registry.Registry;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * mDNS where the network is poor, as in a container without one: a process in a network
 * namespace, which Linux lets some users make.
 */
class NetworkOfItsOwnTest {

	@Test
	void whereOnlyLoopbackIsThereItSaysWhatTheOtherInterfacesLack() throws Exception {
		String told = inANetworkOfItsOwn(
				"ip link set lo up; ip link add poor type veth peer name far; ip addr add 10.9.9.9/24 dev poor;"
						+ " ip link set far up multicast off; ip link set poor up multicast off");
		assertThat(told).contains("state UP", "refused=", "poor: has no multicast")
			.contains("Multicast DNS works on lo only, ", ": no other host is found; in a container", "--network host",
					"micro.registry.type")
			.contains("hint it heard nobody else on lo (");
	}

	@Test
	void whereNothingIsUpItSaysSo() throws Exception {
		String told = inANetworkOfItsOwn("true");
		assertThat(told).contains("no interface let us join", "hostNetwork: true").doesNotContain("state UP");
	}

	private static String inANetworkOfItsOwn(String setUp) throws IOException, InterruptedException {
		assumeTrue(run(List.of("unshare", "-rn", "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"))
			.exit() == 0, "no network namespace can be made here");
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		Outcome outcome = run(List.of("unshare", "-rn", "sh", "-c",
				setUp + "; exec " + java + " -Xmx64m -XX:TieredStopAtLevel=1 -cp \"$0\" \"$1\"",
				System.getProperty("java.class.path"), Teller.class.getName()));
		return outcome.output();
	}

	private static Outcome run(List<String> command) throws InterruptedException {
		try {
			Process process = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return new Outcome(process.waitFor(), output);
		}
		catch (IOException ex) {
			return new Outcome(-1, ex.toString());
		}
	}

	private record Outcome(int exit, String output) {

	}

	/** Tells how mDNS is. */
	static final class Teller {

		private static final Logger log = LoggerFactory.getLogger(Teller.class);

		private Teller() {
		}

		/**
		 * Tells it.
		 * @param arguments none
		 */
		public static void main(String[] arguments) {
			try (Registry registry = Registry.mdns(MdnsOptions.defaults())) {
				HealthReport health = registry.health();
				log.warn("state {} {} {}", health.state(), health.detail(), health.details());
				log.warn("hint {}", registry.hint());
			}
		}

	}

}
