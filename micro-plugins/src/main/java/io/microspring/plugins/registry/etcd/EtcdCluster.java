package io.microspring.plugins.registry.etcd;

import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * The members that may be asked, and who asks them. One is used as long as it answers,
 * then the next. Thread-safe.
 */
final class EtcdCluster implements AutoCloseable {

	private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	/**
	 * A member that is cut off from the others ends a stream, instead of falling silent.
	 */
	private static final Metadata.Key<String> LEADER = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

	private final EtcdOptions options;

	private final ExecutorService executor;

	private final EventLoopGroup loops;

	private final List<EtcdMember> members;

	private volatile int current;

	/**
	 * What stands for the credentials; null until they are shown, or where etcd does not
	 * ask.
	 */
	private volatile @Nullable String token;

	private volatile boolean closed;

	EtcdCluster(EtcdOptions options) {
		this.options = options;
		// What may fail comes before what has to be closed.
		List<EtcdAddress> addresses = EtcdAddress.all(options.address());
		SslContext tls = EtcdMember.tls(options.tls(), addresses.get(0).tls());
		this.executor = Threads.executor(ExecutorMode.AUTO, "micro-registry-etcd");
		this.loops = new MultiThreadIoEventLoopGroup(1, Threads.loops("micro-registry-etcd-loop"),
				NioIoHandler.newFactory());
		this.members = addresses.stream()
			.map((address) -> new EtcdMember(address, options, tls, this::execute, this.loops))
			.toList();
	}

	/**
	 * Asks the member in use, and the others when it does not answer in time.
	 * @param what what is asked, in messages
	 * @param question asks it, by a channel that shows the credentials
	 * @return the answer
	 * @throws RegistryException when none answers, or the first one that does refuses;
	 * then {@link #refusal} tells the code. Also when the thread is interrupted, which it
	 * stays
	 */
	<T> T ask(String what, Function<Channel, T> question) {
		int first = this.current;
		StatusRuntimeException unreachable = null;
		for (int i = 0; i < this.members.size() && !this.closed; i++) {
			int index = (first + i) % this.members.size();
			EtcdMember member = this.members.get(index);
			try {
				T answer = ask(member, question);
				this.current = index;
				return answer;
			}
			catch (StatusRuntimeException ex) {
				if (isInterrupted(ex.getStatus()) && !this.closed) {
					throw new RegistryException("interrupted while asking etcd at " + member.address() + " to " + what,
							ex);
				}
				if (!isForAnother(ex.getStatus()) && !this.closed) {
					throw new RegistryException(
							"etcd at " + member.address() + " refused to " + what + ": " + reason(ex.getStatus()), ex);
				}
				unreachable = ex;
			}
		}
		if (unreachable == null || this.closed) {
			throw new RegistryException("registry etcd is closed", null);
		}
		throw new RegistryException(this + " cannot be reached to " + what + ": " + reason(unreachable.getStatus()),
				unreachable);
	}

	/** A channel for a stream, to the member that answered last. */
	Channel channel() {
		return authenticated(this.members.get(this.current).channel(), this.token);
	}

	/** A stub whose calls end in time. */
	<S extends AbstractStub<S>> S limited(S stub) {
		return stub.withDeadlineAfter(this.options.timeout().toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Why a member refused, or null when it was not reached. */
	static Status.@Nullable Code refusal(RegistryException ex) {
		return (ex.getCause() instanceof StatusRuntimeException status) ? status.getStatus().getCode() : null;
	}

	/** What is to be said of a failure: the code, unless there is something better. */
	static String reason(Status status) {
		Throwable cause = status.getCause();
		while (cause != null && cause.getCause() != null) {
			cause = cause.getCause();
		}
		// The message of an unknown host is no more than its name.
		if (cause != null && cause.getMessage() != null && !(cause instanceof UnknownHostException)) {
			return cause.getMessage();
		}
		return (status.getDescription() != null) ? status.getDescription() : status.getCode().name();
	}

	ExecutorService executor() {
		return this.executor;
	}

	/** The member in use. */
	String address() {
		return this.members.get(this.current).address();
	}

	@Override
	public String toString() {
		return "etcd at " + String.join(", ", this.members.stream().map(EtcdMember::address).toList());
	}

	@Override
	public void close() {
		this.closed = true;
		this.members.forEach(EtcdMember::close);
		// What the connections still have to say to their calls is said by the executor.
		this.loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).addListener((done) -> this.executor.shutdown());
	}

	private <T> T ask(EtcdMember member, Function<Channel, T> question) {
		boolean connected = member.isConnected();
		try {
			return askOnce(member, question);
		}
		catch (StatusRuntimeException ex) {
			if (!connected || ex.getStatus().getCode() != Status.Code.UNAVAILABLE) {
				throw ex;
			}
			// By an old connection, of which a restart has left nothing but our end.
			return askOnce(member, question);
		}
	}

	private <T> T askOnce(EtcdMember member, Function<Channel, T> question) {
		Channel channel = member.channel();
		if (this.options.username().isEmpty()) {
			return question.apply(authenticated(channel, null));
		}
		String known = this.token;
		try {
			return question.apply(authenticated(channel, (known != null) ? known : authenticate(channel)));
		}
		catch (StatusRuntimeException ex) {
			if (known == null || !isStale(ex.getStatus())) {
				throw ex;
			}
			return question.apply(authenticated(channel, authenticate(channel)));
		}
	}

	private static Channel authenticated(Channel channel, @Nullable String token) {
		Metadata headers = new Metadata();
		headers.put(LEADER, "true");
		if (token != null) {
			headers.put(TOKEN, token);
		}
		return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
	}

	private @Nullable String authenticate(Channel channel) {
		AuthenticateRequest credentials = AuthenticateRequest.newBuilder()
			.setNameBytes(ByteString.copyFromUtf8(this.options.username()))
			.setPasswordBytes(ByteString.copyFromUtf8(this.options.password()))
			.build();
		try {
			this.token = limited(AuthGrpc.newBlockingStub(channel)).authenticate(credentials).getToken();
		}
		catch (StatusRuntimeException ex) {
			if (!String.valueOf(ex.getStatus().getDescription()).contains("authentication is not enabled")) {
				throw ex;
			}
			// Nobody has to show anything yet.
			this.token = null;
		}
		return this.token;
	}

	/**
	 * Runs what is done with answers, and what is asked again. What there is no room for
	 * is tried again: gRPC would forget it, and a stream that misses one call hears of
	 * nothing any more.
	 */
	void execute(Runnable task) {
		Threads.executeWhenFree(this.executor, task);
	}

	private static boolean isInterrupted(Status status) {
		return status.getCode() == Status.Code.CANCELLED && Thread.currentThread().isInterrupted();
	}

	/** Whether the next member may do what this one cannot do now. */
	private static boolean isForAnother(Status status) {
		String description = String.valueOf(status.getDescription());
		return switch (status.getCode()) {
			case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
			// A member that only learns yet.
			case FAILED_PRECONDITION -> description.contains("not supported for learner");
			// One that is cut off from the others, asked for a lease; or a connection
			// that ended just then.
			case UNKNOWN -> description.contains("not a primary lessor") || description.equals("channel closed");
			default -> false;
		};
	}

	/**
	 * Whether a token is no longer good: a restart, a change of users, or its time is
	 * over.
	 */
	private static boolean isStale(Status status) {
		String description = String.valueOf(status.getDescription());
		return status.getCode() == Status.Code.UNAUTHENTICATED || description.contains("invalid auth token")
				|| description.contains("revision of auth store is old");
	}

}
