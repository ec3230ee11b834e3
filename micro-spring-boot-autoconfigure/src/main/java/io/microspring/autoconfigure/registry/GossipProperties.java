package io.microspring.autoconfigure.registry;

import java.time.Duration;
import java.util.List;

import io.microspring.plugins.registry.gossip.GossipOptions;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gossip registry works.
 *
 * @param bindAddress Where to listen, UDP and TCP; port 0 is any free one.
 * @param advertiseAddress Where other members reach this one; empty for where it listens,
 * or a private address of this host.
 * @param secret Key that encrypts what members say, of 16, 24 or 32 bytes, as text or
 * behind base64:; empty for none.
 * @param formerSecrets Keys that other members may still use.
 * @param compression Whether to compress what is said; both is read.
 * @param timeout How long a connection to another member may take.
 * @param probeInterval How often another member is asked whether it is there.
 * @param probeTimeout How long its answer may take, before others are asked to ask.
 * @param suspicionMultiplier How many probe intervals a suspected member has, at least,
 * to say that it is there.
 * @param gossipInterval How often news is told.
 * @param rejoinInterval How often seeds and lost members that are not there are tried.
 * @param pushPullInterval How often all that is known is exchanged with some member; 0
 * for only when one joins.
 */
@ConfigurationProperties("micro.registry.gossip")
public record GossipProperties(@DefaultValue("0.0.0.0:0") String bindAddress, @DefaultValue("") String advertiseAddress,
		@DefaultValue("") String secret, @DefaultValue List<String> formerSecrets,
		@DefaultValue("true") boolean compression, @DefaultValue("5s") Duration timeout,
		@DefaultValue("1s") Duration probeInterval, @DefaultValue("500ms") Duration probeTimeout,
		@DefaultValue("4") int suspicionMultiplier, @DefaultValue("100ms") Duration gossipInterval,
		@DefaultValue("10s") Duration rejoinInterval, @DefaultValue("0s") Duration pushPullInterval) {

	GossipOptions toOptions(String seeds) {
		return new GossipOptions(seeds, this.bindAddress, this.advertiseAddress, this.secret, this.formerSecrets,
				this.compression, this.timeout, new GossipOptions.Timing(this.probeInterval, this.probeTimeout,
						this.suspicionMultiplier, this.gossipInterval, this.rejoinInterval, this.pushPullInterval));
	}

	@Override
	public String toString() {
		return toOptions("").toString();
	}

}
