package io.microspring.plugins.registry.etcd;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.microspring.registry.RegistryException;
import io.microspring.transport.TlsException;
import io.microspring.transport.TlsOptions;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * One member of the cluster, and the connection to it. Thread-safe.
 */
final class EtcdMember implements AutoCloseable {

	/** etcd refuses whoever asks for a sign of life more often than each 5 s. */
	private static final int KEEP_ALIVE_SECONDS = 10;

	/** What one answer may hold: a page of a listing is the largest. */
	private static final int MAX_ANSWER = 64 * 1024 * 1024;

	private static final ApplicationProtocolConfig HTTP_2 = new ApplicationProtocolConfig(
			ApplicationProtocolConfig.Protocol.ALPN, ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
			ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, ApplicationProtocolNames.HTTP_2);

	private final EtcdAddress address;

	private final EtcdOptions options;

	private final @Nullable SslContext tls;

	private final Executor executor;

	private final EventLoopGroup loops;

	/** Guards the channel. */
	private final ReentrantLock lock = new ReentrantLock();

	private @Nullable ManagedChannel channel;

	private boolean closed;

	/**
	 * A member that is not connected to yet.
	 * @param address its address
	 * @param options how to connect
	 * @param tls what {@link #tls} makes of the options
	 * @param executor runs what is done with answers; what it refuses is lost, and a
	 * stream with it
	 * @param loops moves bytes
	 */
	EtcdMember(EtcdAddress address, EtcdOptions options, @Nullable SslContext tls, Executor executor,
			EventLoopGroup loops) {
		this.address = address;
		this.options = options;
		this.tls = tls;
		this.executor = executor;
		this.loops = loops;
	}

	String address() {
		return this.address.toString();
	}

	/**
	 * The connection. One that failed is given up for a new one, because gRPC would wait
	 * longer and longer before it tries again.
	 */
	ManagedChannel channel() {
		this.lock.lock();
		try {
			if (this.closed) {
				throw new RegistryException("registry etcd is closed", null);
			}
			ManagedChannel present = this.channel;
			if (present != null && present.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
				present.shutdown();
				present = null;
			}
			if (present == null) {
				present = connect();
				this.channel = present;
			}
			return present;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether there is a connection, as far as is known here. */
	boolean isConnected() {
		this.lock.lock();
		try {
			return this.channel != null && this.channel.getState(false) == ConnectivityState.READY;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			if (this.channel != null) {
				this.channel.shutdownNow();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private ManagedChannel connect() {
		NettyChannelBuilder builder = NettyChannelBuilder
			.forAddress(this.address.server().host(), this.address.server().port())
			.eventLoopGroup(this.loops)
			.channelType(NioSocketChannel.class)
			.executor(this.executor)
			.withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) this.options.timeout().toMillis())
			.keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
			.keepAliveTimeout(this.options.timeout().toMillis(), TimeUnit.MILLISECONDS)
			.maxInboundMessageSize(MAX_ANSWER)
			.disableRetry();
		if (this.tls == null) {
			return builder.usePlaintext().build();
		}
		TlsOptions given = this.options.tls();
		if (given != null && given.serverName() != null) {
			builder.overrideAuthority(given.serverName());
		}
		return builder.sslContext(this.tls).build();
	}

	/**
	 * What TLS needs to all members, or null when there is none.
	 * @param options the files, and whom to believe
	 * @param wanted whether there is TLS also without any
	 * @throws IllegalArgumentException when a file cannot be read
	 */
	static @Nullable SslContext tls(@Nullable TlsOptions options, boolean wanted) {
		if (options != null) {
			return tls(options);
		}
		return wanted ? tls(TlsOptions.client()) : null;
	}

	private static SslContext tls(TlsOptions options) {
		try {
			SSLContext context = options.toSslContext();
			SSLParameters parameters = context.getDefaultSSLParameters();
			return new JdkSslContext(context, true, List.of(parameters.getCipherSuites()),
					IdentityCipherSuiteFilter.INSTANCE, HTTP_2, ClientAuth.NONE, parameters.getProtocols(), false);
		}
		catch (TlsException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("TLS to etcd cannot be set up: " + ex.getMessage(), ex);
		}
	}

}
