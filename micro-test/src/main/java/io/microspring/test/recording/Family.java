package io.microspring.test.recording;

import java.util.List;

/**
 * A family of recordings, and how they are played. Stateless, so that one instance can
 * play any number of recordings.
 * <p>
 * To add one: write a package-private class that implements this, next to
 * {@link MucpHttp}; put it into {@link #all()}; copy its recordings as they are to
 * {@code micro-test/src/main/resources/vectors/<generation>/<name>.jsonl}. Where it needs
 * what this module does not have, such as a registry of {@code micro-plugins}, give its
 * constructor a function that makes it and have it plugged in with
 * {@link Player#with(Family)}. What cannot be the same on purpose goes into
 * {@code vectors/exceptions.csv}.
 */
public interface Family {

	/**
	 * What it is called.
	 * @return the name of its files, without {@code .jsonl}
	 */
	String name();

	/**
	 * Whether the server to play to must be running already.
	 * @return false when the family starts what it plays to itself, for each recording
	 */
	default boolean needsTarget() {
		return true;
	}

	/**
	 * Plays the Go program that asked to a program of ours that answers.
	 * @param recording a recording of this family
	 * @param target the address of the running greeter, {@code host:port}; empty when
	 * none is needed
	 * @return what was found
	 */
	Finding asServer(Recording recording, String target);

	/**
	 * Plays the Go program that answered to a program of ours that asks.
	 * @param recording a recording of this family
	 * @param caller our client; not used by families that are not about calls
	 * @return what was found
	 */
	Finding asClient(Recording recording, Caller caller);

	/**
	 * The families that can be played with what this module has.
	 * @return the families, in the order they are reported
	 */
	static List<Family> all() {
		return List.of(new MucpHttp(), new Grpc("grpc", new GrpcCalls(true)),
				new Grpc("grpc-to-mucp", new GrpcCalls(false)),
				new Grpc("mucp-grpc-transport", new GrpcTransportCalls()), new HttpBrokerFamily(), new MdnsFamily(),
				new MicroCli());
	}

}
