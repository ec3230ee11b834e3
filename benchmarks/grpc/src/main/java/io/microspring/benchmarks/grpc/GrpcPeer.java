package io.microspring.benchmarks.grpc;

import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Server;

/**
 * grpc-java: its default executor, its blocking stub on virtual threads, or everything on
 * the event loop. One channel, as its makers advise.
 */
public final class GrpcPeer implements Peer {

	private static final String DIRECT = "direct";

	private static final String VIRTUAL = "virtual";

	@Override
	public Server serve(String variant) throws Exception {
		NettyServerBuilder builder = NettyServerBuilder
			.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.addService(Echoer.definition());
		switch (variant) {
			case DIRECT -> builder.directExecutor();
			case VIRTUAL -> builder.executor(virtualThreads());
			default -> {
				// grpc-java's own
			}
		}
		return new GrpcServer(builder.build().start());
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) throws Exception {
		NettyChannelBuilder builder = NettyChannelBuilder
			.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
			.usePlaintext();
		switch (variant) {
			case DIRECT -> builder.directExecutor();
			case VIRTUAL -> builder.executor(virtualThreads());
			default -> {
				// grpc-java's own
			}
		}
		ManagedChannel channel = builder.build();
		return variant.equals(VIRTUAL) ? new BlockingGrpcCaller(channel) : new AsyncGrpcCaller(channel);
	}

	private static Executor virtualThreads() throws ReflectiveOperationException {
		// From JDK 21 on.
		Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
		return (task) -> {
			try {
				start.invoke(null, task);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		};
	}

	private record GrpcServer(io.grpc.Server server) implements Server {

		@Override
		public int port() {
			return this.server.getPort();
		}

		@Override
		public void close() throws Exception {
			this.server.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
		}

	}

}
