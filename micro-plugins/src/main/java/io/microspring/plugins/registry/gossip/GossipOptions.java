package io.microspring.plugins.registry.gossip;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

import io.microspring.options.Limits;

/**
 * How the gossip registry works. Immutable. An address that is none, a secret of another
 * length, and a time out of bounds is an {@link IllegalArgumentException}.
 *
 * @param seeds members to join the cluster of, as {@code host:port}, separated by commas;
 * empty, the default, for the first member of a cluster. Port 7946 is added where there
 * is none; a name stands for all its addresses. Members of their own address may be among
 * them, so that all may have the same list
 * @param bindAddress where to listen, UDP and TCP, as {@code host:port};
 * {@code 0.0.0.0:0} by default, any free port
 * @param advertiseAddress where others reach this member, as {@code host} or
 * {@code host:port}; empty, the default, for the bound address, or a private address of
 * this host
 * @param secret the key that encrypts everything, of 16, 24 or 32 bytes, as text or,
 * behind {@code base64:}, in Base64; empty, the default, for none. It is in no log and no
 * message
 * @param formerSecrets keys that others may still encrypt by, to replace one step by step
 * @param compression whether to compress; members read both in any case
 * @param timeout how long a connection and what is said by it may take; 5 s by default
 * @param timing how often is done what, and how long is waited
 */
public record GossipOptions(String seeds, String bindAddress, String advertiseAddress, String secret,
		List<String> formerSecrets, boolean compression, Duration timeout, Timing timing) {

	private static final String BASE64 = "base64:";

	public GossipOptions {
		HostPort.all(Objects.requireNonNull(seeds, "seeds"));
		HostPort.read(Objects.requireNonNull(bindAddress, "bindAddress"), 0);
		if (!Objects.requireNonNull(advertiseAddress, "advertiseAddress").isEmpty()) {
			HostPort.read(advertiseAddress, 0);
		}
		formerSecrets = List.copyOf(formerSecrets);
		if (!secret.isEmpty()) {
			key(secret);
		}
		else if (!formerSecrets.isEmpty()) {
			throw new IllegalArgumentException("former secrets without a secret encrypt nothing");
		}
		formerSecrets.forEach(GossipOptions::key);
		Limits.requireBetween("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
		Objects.requireNonNull(timing, "timing");
	}

	/**
	 * The defaults: the first member of a cluster, at any free port, unencrypted.
	 * @return the options
	 */
	public static GossipOptions defaults() {
		return new GossipOptions("", "0.0.0.0:0", "", "", List.of(), true, Duration.ofSeconds(5), Timing.defaults());
	}

	/**
	 * A copy with other seeds.
	 * @param seeds members to join the cluster of; empty for none
	 * @return the copy
	 */
	public GossipOptions withSeeds(String seeds) {
		return new GossipOptions(seeds, this.bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				this.compression, this.timeout, this.timing);
	}

	/**
	 * A copy that listens elsewhere.
	 * @param bindAddress where to listen
	 * @return the copy
	 */
	public GossipOptions withBindAddress(String bindAddress) {
		return new GossipOptions(this.seeds, bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				this.compression, this.timeout, this.timing);
	}

	/**
	 * A copy that others reach elsewhere.
	 * @param advertiseAddress where; empty for where it listens
	 * @return the copy
	 */
	public GossipOptions withAdvertiseAddress(String advertiseAddress) {
		return new GossipOptions(this.seeds, this.bindAddress, advertiseAddress, this.secret, this.formerSecrets,
				this.compression, this.timeout, this.timing);
	}

	/**
	 * A copy that encrypts.
	 * @param secret the key; empty for none
	 * @param formerSecrets keys that others may still encrypt by
	 * @return the copy
	 */
	public GossipOptions withSecret(String secret, String... formerSecrets) {
		return new GossipOptions(this.seeds, this.bindAddress, this.advertiseAddress, secret, List.of(formerSecrets),
				this.compression, this.timeout, this.timing);
	}

	/**
	 * A copy that compresses or does not.
	 * @param compression whether to compress
	 * @return the copy
	 */
	public GossipOptions withCompression(boolean compression) {
		return new GossipOptions(this.seeds, this.bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				compression, this.timeout, this.timing);
	}

	/**
	 * A copy with another time-out.
	 * @param timeout how long a connection and what is said by it may take
	 * @return the copy
	 */
	public GossipOptions withTimeout(Duration timeout) {
		return new GossipOptions(this.seeds, this.bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				this.compression, timeout, this.timing);
	}

	/**
	 * A copy with another timing.
	 * @param timing how often is done what
	 * @return the copy
	 */
	public GossipOptions withTiming(Timing timing) {
		return new GossipOptions(this.seeds, this.bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				this.compression, this.timeout, timing);
	}

	Keyring keyring() {
		List<byte[]> keys = new ArrayList<>();
		if (!this.secret.isEmpty()) {
			keys.add(key(this.secret));
			this.formerSecrets.forEach((former) -> keys.add(key(former)));
		}
		return new Keyring(keys);
	}

	private static byte[] key(String secret) {
		byte[] key = secret.startsWith(BASE64) ? decoded(secret.substring(BASE64.length()))
				: secret.getBytes(StandardCharsets.UTF_8);
		if (key.length != 16 && key.length != 24 && key.length != 32) {
			throw new IllegalArgumentException("a secret must have 16, 24 or 32 bytes, not " + key.length);
		}
		return key;
	}

	private static byte[] decoded(String text) {
		try {
			return Base64.getDecoder().decode(text);
		}
		catch (IllegalArgumentException ex) {
			// Its message shows a part of the secret.
			throw new IllegalArgumentException("a secret behind base64: must be Base64");
		}
	}

	@Override
	public String toString() {
		return "GossipOptions[seeds=" + this.seeds + ", bindAddress=" + this.bindAddress + ", advertiseAddress="
				+ this.advertiseAddress + ", secret=" + (this.secret.isEmpty() ? "" : "***") + ", formerSecrets="
				+ this.formerSecrets.size() + ", compression=" + this.compression + ", timeout=" + this.timeout
				+ ", timing=" + this.timing + "]";
	}

	/**
	 * How often is done what, and how long is waited. Immutable. Members of a cluster do
	 * not need the same.
	 *
	 * @param probe how often another member is asked whether it is there; 1 s by default
	 * @param probeTimeout how long its answer may take, before others are asked to ask;
	 * 500 ms by default
	 * @param suspicionMultiplier how many probes a suspected member has to say that it is
	 * there: so many times the logarithm of the number of members, at least; 4 by default
	 * @param gossip how often news is told; 100 ms by default
	 * @param rejoin how often seeds and lost members that are not there are tried; 10 s
	 * by default. It heals a cluster that fell apart
	 * @param pushPull how often all that is known is exchanged with some member;
	 * {@link Duration#ZERO}, the default and go-micro's, for never
	 */
	public record Timing(Duration probe, Duration probeTimeout, int suspicionMultiplier, Duration gossip,
			Duration rejoin, Duration pushPull) {

		private static final Duration LEAST = Duration.ofMillis(10);

		private static final Duration MOST = Duration.ofHours(1);

		public Timing {
			Limits.requireBetween("probe", probe, LEAST, MOST);
			Limits.requireBetween("probeTimeout", probeTimeout, LEAST, probe);
			Limits.requireBetween("gossip", gossip, LEAST, MOST);
			Limits.requireBetween("rejoin", rejoin, LEAST, MOST);
			if (!pushPull.isZero()) {
				Limits.requireBetween("pushPull", pushPull, LEAST, Duration.ofDays(1));
			}
			Limits.requireBetween("suspicionMultiplier", suspicionMultiplier, 1, 100);
		}

		/**
		 * The defaults, for a local network.
		 * @return the timing
		 */
		public static Timing defaults() {
			return new Timing(Duration.ofSeconds(1), Duration.ofMillis(500), 4, Duration.ofMillis(100),
					Duration.ofSeconds(10), Duration.ZERO);
		}

	}

}
