package io.microspring.transport;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Connections that are calls of gRPC: each is one stream of HTTP/2, of a method which
 * takes and answers any number of messages (protocol reference §2).
 * <p>
 * Its engine is that of the http transport, which serves these connections as well: a
 * listener of either kind takes both.
 */
final class GrpcTransport implements Transport {

	/** go-micro from v2 on. */
	private static final String PATH = "/go.micro.transport.grpc.Transport/Stream";

	/** go-micro v1. */
	private static final String OLDER_PATH = "/go.micro.grpc.transport.Transport/Stream";

	private static final List<String> PATHS = List.of(PATH, OLDER_PATH);

	private static final int MOST_REMEMBERED = 10_000;

	private final HttpTransport engine;

	/** The addresses of nodes that know only the older path. */
	private final Set<String> older = ConcurrentHashMap.newKeySet();

	GrpcTransport(HttpTransport engine) {
		this.engine = engine;
	}

	/**
	 * Whether a gRPC call is a connection of this transport.
	 * @param path the call's path
	 * @return true when it is
	 */
	static boolean isPath(String path) {
		return PATHS.contains(path);
	}

	/**
	 * The socket of a call that a listener has accepted.
	 * @param call the call
	 * @param path its path
	 * @param options the limits
	 * @return a connection of this transport, or the call itself when it is none
	 */
	static Socket accepted(Socket call, String path, HttpOptions options) {
		return isPath(path) ? GrpcSocket.accepted(call, options) : call;
	}

	@Override
	public String name() {
		return "grpc";
	}

	@Override
	public List<Transport> siblings() {
		return List.of(this.engine);
	}

	@Override
	public int maxMessageSize() {
		return this.engine.maxMessageSize();
	}

	@Override
	public CompletableFuture<Socket> dial(String address, Duration timeout) {
		return this.engine.openStream(address, timeout)
			.thenApply((call) -> GrpcSocket.dialled(new GrpcPathSocket(this, address, timeout, call), options()));
	}

	@Override
	public CompletableFuture<Socket> openStream(String address, Duration timeout) {
		return this.engine.openStream(address, timeout);
	}

	@Override
	public Listener listen(String address, Consumer<Socket> onAccept) {
		return this.engine.listen(address, onAccept);
	}

	@Override
	public void close() {
		this.engine.close();
	}

	HttpOptions options() {
		return this.engine.options();
	}

	/**
	 * The path to try first.
	 * @param address the address of the node
	 * @return the newer path, unless the node is known to have only the older
	 */
	String path(String address) {
		return this.older.contains(address) ? OLDER_PATH : PATH;
	}

	/**
	 * The path to try when a node does not know one.
	 * @param path what it does not know
	 * @return the other path
	 */
	static String other(String path) {
		return path.equals(PATH) ? OLDER_PATH : PATH;
	}

	/**
	 * Remembers which path a node knows.
	 * @param address the address of the node
	 * @param path the path that it answered on
	 */
	void known(String address, String path) {
		if (path.equals(PATH)) {
			this.older.remove(address);
		}
		else if (this.older.size() < MOST_REMEMBERED) {
			this.older.add(address);
		}
	}

}
