package io.microspring.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.microspring.concurrent.ExecutorMode;

/**
 * What a server is called, where it listens, and how it comes and goes. Immutable.
 * go-micro: {@code server.Options}.
 */
public final class ServerOptions {

	private String name;

	private String version = "latest";

	private String id = UUID.randomUUID().toString();

	private String address = ":0";

	private String advertise = "";

	private Map<String, String> metadata = Map.of();

	private Duration registerTtl = Duration.ofSeconds(60);

	private Duration registerInterval = Duration.ofSeconds(30);

	private Duration deregisterDelay = Duration.ofMillis(500);

	private Duration drainTimeout = Duration.ofSeconds(20);

	private ExecutorMode executor = ExecutorMode.AUTO;

	private boolean includeMessage;

	private Duration timeout = Duration.ofMinutes(1);

	private GrpcOptions grpc = GrpcOptions.defaults();

	private DebugOptions debug = DebugOptions.defaults();

	private ServerOptions(String name) {
		this.name = name;
	}

	private ServerOptions(ServerOptions other) {
		this.name = other.name;
		this.version = other.version;
		this.id = other.id;
		this.address = other.address;
		this.advertise = other.advertise;
		this.metadata = other.metadata;
		this.registerTtl = other.registerTtl;
		this.registerInterval = other.registerInterval;
		this.deregisterDelay = other.deregisterDelay;
		this.drainTimeout = other.drainTimeout;
		this.executor = other.executor;
		this.includeMessage = other.includeMessage;
		this.timeout = other.timeout;
		this.grpc = other.grpc;
		this.debug = other.debug;
	}

	/**
	 * The defaults for a service: version {@code latest}, a random id, any free port on
	 * all interfaces, registered for 60 s and renewed each 30 s, 500 ms for the news of
	 * its going, 20 s for draining.
	 * @param name the service's name
	 * @return the options
	 */
	public static ServerOptions named(String name) {
		if (name.isBlank()) {
			throw new IllegalArgumentException("A service needs a name");
		}
		return new ServerOptions(name);
	}

	/**
	 * A copy with another name.
	 * @param name the service's name
	 * @return the copy
	 */
	public ServerOptions withName(String name) {
		ServerOptions copy = new ServerOptions(this);
		copy.name = named(name).name;
		return copy;
	}

	/**
	 * A copy with a version.
	 * @param version the version
	 * @return the copy
	 */
	public ServerOptions withVersion(String version) {
		ServerOptions copy = new ServerOptions(this);
		copy.version = version;
		return copy;
	}

	/**
	 * A copy with an id.
	 * @param id the part of the node's id behind the service's name
	 * @return the copy
	 */
	public ServerOptions withId(String id) {
		ServerOptions copy = new ServerOptions(this);
		copy.id = id;
		return copy;
	}

	/**
	 * A copy that listens elsewhere.
	 * @param address {@code host:port}; {@code :0} for any port on all interfaces,
	 * {@code host:min-max} for a range
	 * @return the copy
	 */
	public ServerOptions withAddress(String address) {
		ServerOptions copy = new ServerOptions(this);
		copy.address = address;
		return copy;
	}

	/**
	 * A copy that announces another address than the bound one.
	 * @param advertise {@code host} or {@code host:port}, empty for the bound one
	 * @return the copy
	 */
	public ServerOptions withAdvertise(String advertise) {
		ServerOptions copy = new ServerOptions(this);
		copy.advertise = advertise;
		return copy;
	}

	/**
	 * A copy with metadata of the node.
	 * @param metadata the entries
	 * @return the copy
	 */
	public ServerOptions withMetadata(Map<String, String> metadata) {
		ServerOptions copy = new ServerOptions(this);
		copy.metadata = Map.copyOf(new LinkedHashMap<>(metadata));
		return copy;
	}

	/**
	 * A copy with other times of registration.
	 * @param ttl how long a registration lives unless renewed; zero for ever
	 * @param interval how often it is renewed
	 * @return the copy
	 */
	public ServerOptions withRegister(Duration ttl, Duration interval) {
		ServerOptions copy = new ServerOptions(this);
		copy.registerTtl = ttl;
		copy.registerInterval = interval;
		return copy;
	}

	/**
	 * A copy with other times of going.
	 * @param deregisterDelay how long the news of deregistration may travel
	 * @param drainTimeout how long calls under way may take to end
	 * @return the copy
	 */
	public ServerOptions withShutdown(Duration deregisterDelay, Duration drainTimeout) {
		ServerOptions copy = new ServerOptions(this);
		copy.deregisterDelay = deregisterDelay;
		copy.drainTimeout = drainTimeout;
		return copy;
	}

	/**
	 * A copy with other threads for handlers.
	 * @param executor the threads
	 * @return the copy
	 */
	public ServerOptions withExecutor(ExecutorMode executor) {
		ServerOptions copy = new ServerOptions(this);
		copy.executor = executor;
		return copy;
	}

	/**
	 * A copy that tells callers the message of unexpected exceptions, or not.
	 * @param includeMessage whether it does; a stack trace is never told
	 * @return the copy
	 */
	public ServerOptions withIncludeMessage(boolean includeMessage) {
		ServerOptions copy = new ServerOptions(this);
		copy.includeMessage = includeMessage;
		return copy;
	}

	/**
	 * A copy with another time for calls whose caller names none, such as {@code curl}.
	 * Streams have none.
	 * @param timeout after how long such a caller is answered 408; zero for never
	 * @return the copy
	 */
	public ServerOptions withTimeout(Duration timeout) {
		ServerOptions copy = new ServerOptions(this);
		copy.timeout = timeout;
		return copy;
	}

	/**
	 * A copy with other options for gRPC.
	 * @param grpc what it serves of its own, and whether it compresses
	 * @return the copy
	 */
	public ServerOptions withGrpc(GrpcOptions grpc) {
		ServerOptions copy = new ServerOptions(this);
		copy.grpc = grpc;
		return copy;
	}

	/**
	 * A copy that tells other things of itself.
	 * @param debug what it tells go-micro's tools
	 * @return the copy
	 */
	public ServerOptions withDebug(DebugOptions debug) {
		ServerOptions copy = new ServerOptions(this);
		copy.debug = debug;
		return copy;
	}

	/**
	 * What it tells go-micro's tools of itself.
	 * @return the options
	 */
	public DebugOptions debug() {
		return this.debug;
	}

	/**
	 * The options for gRPC.
	 * @return what it serves of its own, and whether it compresses
	 */
	public GrpcOptions grpc() {
		return this.grpc;
	}

	/**
	 * The time for calls whose caller names none.
	 * @return the time, zero for any; 1 min by default
	 */
	public Duration timeout() {
		return this.timeout;
	}

	/**
	 * The service's name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The service's version.
	 * @return the version
	 */
	public String version() {
		return this.version;
	}

	/**
	 * The id of this instance.
	 * @return the id
	 */
	public String id() {
		return this.id;
	}

	/**
	 * The id of the node: name and id, as go-micro makes it.
	 * @return the node's id
	 */
	public String nodeId() {
		return this.name + "-" + this.id;
	}

	/**
	 * Where it listens.
	 * @return the address
	 */
	public String address() {
		return this.address;
	}

	/**
	 * The address it announces.
	 * @return the address, empty for the bound one
	 */
	public String advertise() {
		return this.advertise;
	}

	/**
	 * The node's metadata.
	 * @return the entries
	 */
	public Map<String, String> metadata() {
		return this.metadata;
	}

	/**
	 * How long a registration lives.
	 * @return the time, zero for ever
	 */
	public Duration registerTtl() {
		return this.registerTtl;
	}

	/**
	 * How often it is renewed.
	 * @return the time
	 */
	public Duration registerInterval() {
		return this.registerInterval;
	}

	/**
	 * How long the news of deregistration may travel.
	 * @return the time
	 */
	public Duration deregisterDelay() {
		return this.deregisterDelay;
	}

	/**
	 * How long calls under way may take to end.
	 * @return the time
	 */
	public Duration drainTimeout() {
		return this.drainTimeout;
	}

	/**
	 * Which threads handlers run on.
	 * @return the threads
	 */
	public ExecutorMode executor() {
		return this.executor;
	}

	/**
	 * Whether callers are told the message of unexpected exceptions.
	 * @return true when they are
	 */
	public boolean includeMessage() {
		return this.includeMessage;
	}

}
