package io.microspring.plugins.registry.nats;

import java.time.Duration;

import io.nats.client.NKey;
import io.nats.client.support.JwtUtils;

/**
 * Who vouches for an account and its user, as NATS does it in clusters of many owners.
 */
final class NatsOperator {

	private final NKey operator;

	private final NKey account;

	private final NKey user;

	NatsOperator() {
		try {
			this.operator = NKey.createOperator(null);
			this.account = NKey.createAccount(null);
			this.user = NKey.createUser(null);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What the server is told. */
	String config() {
		String vouched = claim(publicKey(this.account), """
				{"type":"account","version":2,"limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,\
				"wildcards":true,"conn":-1,"leaf":-1}}""");
		return """
				operator: %s
				resolver: MEMORY
				resolver_preload: { %s: %s }
				""".formatted(claim(publicKey(this.operator), "{\"type\":\"operator\",\"version\":2}"),
				publicKey(this.account), vouched);
	}

	/** What the user shows. */
	String credentials() {
		try {
			String jwt = JwtUtils.issueUserJWT(this.account, publicKey(this.account), publicKey(this.user), "user",
					Duration.ofHours(1));
			return JwtUtils.NATS_USER_JWT_FORMAT.formatted(jwt, new String(this.user.getSeed()));
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String claim(String subject, String nats) {
		try {
			return JwtUtils.issueJWT(this.operator, subject, "test", null, JwtUtils.currentTimeSeconds(),
					publicKey(this.operator), () -> nats);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static NKey userKey() {
		try {
			return NKey.createUser(null);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String publicKey(NKey key) {
		try {
			return new String(key.getPublicKey());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
