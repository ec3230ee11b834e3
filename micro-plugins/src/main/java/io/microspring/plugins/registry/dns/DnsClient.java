package io.microspring.plugins.registry.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.microspring.concurrent.Threads;
import io.microspring.registry.RegistryException;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The DNS servers, and who asks them: over UDP, and over TCP what is too large for it.
 * One is used as long as it answers, then the next. Thread-safe.
 */
final class DnsClient implements AutoCloseable {

	/** How often each server is asked: a datagram may be lost. */
	private static final int ROUNDS = 2;

	/** What an answer over UDP may hold. */
	private static final int MAX_DATAGRAM = 4096;

	private final String domain;

	private final Path resolvConf;

	private final List<InetSocketAddress> servers;

	private final Duration timeout;

	private final EventLoopGroup loops;

	private final DnsNameResolver resolver;

	private volatile int current;

	private volatile boolean closed;

	/**
	 * A client; nothing is asked yet.
	 * @param options which servers to ask, and in which domain
	 * @param resolvConf where the system says which domains names may be in
	 */
	DnsClient(DnsOptions options, Path resolvConf) {
		this.domain = options.domain();
		this.resolvConf = resolvConf;
		List<InetSocketAddress> given = DnsAddress.all(options.address());
		this.servers = given.isEmpty() ? ofTheSystem() : given;
		this.timeout = options.timeout();
		this.loops = new MultiThreadIoEventLoopGroup(1, Threads.loops("micro-registry-dns-loop"),
				NioIoHandler.newFactory());
		this.resolver = new DnsNameResolverBuilder(this.loops.next()).datagramChannelType(NioDatagramChannel.class)
			.socketChannelType(NioSocketChannel.class)
			.queryTimeoutMillis(options.timeout().toMillis())
			.maxPayloadSize(MAX_DATAGRAM)
			.build();
	}

	private static List<InetSocketAddress> ofTheSystem() {
		Set<InetSocketAddress> servers = new LinkedHashSet<>();
		DnsServerAddressStream addresses = DnsServerAddressStreamProviders.platformDefault()
			.nameServerAddressStream("");
		for (int i = 0; i < addresses.size(); i++) {
			servers.add(addresses.next());
		}
		return List.copyOf(servers);
	}

	/**
	 * The domains that a name may be in, in the order in which they are tried: the one of
	 * the options, else those that the system completes names with, and then none.
	 * @return the domains, one at least; the last may be empty
	 */
	List<String> domains() {
		if (!this.domain.isEmpty()) {
			return List.of(this.domain);
		}
		List<String> domains = new ArrayList<>();
		try {
			for (String line : Files.readAllLines(this.resolvConf)) {
				String[] words = line.strip().split("\\s+");
				if (words[0].equals("search") || words[0].equals("domain")) {
					// The last line counts.
					domains.clear();
					Stream.of(words)
						.skip(1)
						.map(DnsAnswer::key)
						.filter(Predicate.not(String::isEmpty))
						.forEach(domains::add);
				}
			}
		}
		catch (IOException ignored) {
			// Not such a system.
		}
		domains.add("");
		return domains;
	}

	/**
	 * Asks without waiting.
	 * @param what what it is for, in messages
	 * @param name the whole name
	 * @param type the type of the records
	 * @return what is answered, also that there is no such name; a
	 * {@link RegistryException} when no server says
	 */
	CompletableFuture<DnsAnswer> ask(String what, String name, DnsRecordType type) {
		CompletableFuture<DnsAnswer> answer = new CompletableFuture<>();
		if (this.closed) {
			answer.completeExceptionally(new RegistryException("registry dns is closed", null));
		}
		else {
			ask(new Asked(what, new DefaultDnsQuestion(name, type), this.current, answer), 0);
		}
		return answer;
	}

	/** Waits for what was asked. */
	<T> T await(String what, CompletableFuture<T> answer) {
		try {
			// Netty ends each question in time; that is for when it does not.
			return answer.get(this.timeout.toMillis() * ROUNDS * (this.servers.size() + 1) + 10_000,
					TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RegistryException known) {
				throw new RegistryException(String.valueOf(known.getMessage()), known);
			}
			throw new RegistryException(this + " could not " + what + ": " + ex.getCause(), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new RegistryException(this + " could not " + what + " in time", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while asking " + this + " to " + what, ex);
		}
	}

	/** The server in use. */
	String server() {
		return text(this.servers.get(this.current));
	}

	@Override
	public String toString() {
		return "dns at " + String.join(", ", this.servers.stream().map(DnsClient::text).toList());
	}

	@Override
	public void close() {
		this.closed = true;
		this.resolver.close();
		this.loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
	}

	private void ask(Asked asked, int attempt) {
		int index = (asked.first() + attempt) % this.servers.size();
		InetSocketAddress server = this.servers.get(index);
		this.resolver.query(server, asked.question())
			.addListener((Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> done) -> {
				String failure = (done.cause() != null) ? reason(done.cause()) : null;
				if (failure == null) {
					AddressedEnvelope<DnsResponse, InetSocketAddress> envelope = done.getNow();
					try {
						failure = take(asked, envelope.content());
					}
					finally {
						envelope.release();
					}
				}
				if (failure == null) {
					this.current = index;
				}
				else if (attempt + 1 < ROUNDS * this.servers.size() && !this.closed) {
					ask(asked, attempt + 1);
				}
				else {
					asked.answer()
						.completeExceptionally(new RegistryException(
								(this.closed ? "registry dns is closed"
										: this + " cannot be reached to " + asked.what() + ": ") + failure,
								done.cause()));
				}
			});
	}

	/** Takes an answer, or says why it is none. */
	private static @Nullable String take(Asked asked, DnsResponse response) {
		DnsResponseCode code = response.code();
		if (!code.equals(DnsResponseCode.NOERROR) && !code.equals(DnsResponseCode.NXDOMAIN)) {
			return code.toString();
		}
		try {
			asked.answer().complete(DnsAnswer.read(asked.question().type(), response));
			return null;
		}
		catch (RuntimeException ex) {
			return "what it answers cannot be read: " + ex.getMessage();
		}
	}

	private String reason(Throwable failure) {
		return (failure instanceof DnsNameResolverTimeoutException) ? "no answer within " + this.timeout
				: String.valueOf(failure.getMessage());
	}

	private static String text(InetSocketAddress server) {
		return DnsAddress.text(server.getAddress(), server.getPort());
	}

	private record Asked(String what, DnsQuestion question, int first, CompletableFuture<DnsAnswer> answer) {

	}

}
