package io.microspring.plugins.registry.etcd;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.management.UnixOperatingSystemMXBean;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.transport.TlsOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What members of a cluster say that is not all right. */
class EtcdMembersTest {

	private static final Status LEARNER = Status.FAILED_PRECONDITION
		.withDescription("etcdserver: rpc not supported for learner");

	private final List<Server> servers = new ArrayList<>();

	@AfterEach
	void stop() {
		this.servers.forEach(Server::shutdownNow);
	}

	@Test
	void memberThatOnlyLearnsIsPassedOver() throws Exception {
		assertThat(listed(new Member(LEARNER, null), new Member(null, null))).isTrue();
	}

	@Test
	void memberThatIsCutOffIsPassedOver() throws Exception {
		for (String description : List.of("not a primary lessor", "channel closed")) {
			Status alone = Status.UNKNOWN.withDescription(description);
			assertThat(listed(new Member(alone, null), new Member(null, null))).as(description).isTrue();
		}
	}

	@Test
	void memberThatRefusesIsBelieved() throws Exception {
		for (Status status : List.of(Status.FAILED_PRECONDITION.withDescription("something else"),
				Status.UNKNOWN.withDescription("something else"), Status.PERMISSION_DENIED)) {
			Member second = new Member(null, null);
			assertThatExceptionOfType(RegistryException.class)
				.isThrownBy(() -> listed(new Member(status, null), second))
				.withMessageContaining(" refused to list services: ");
			assertThat(second.asked).isEmpty();
		}
	}

	@Test
	void credentialsAreNotShownWhereNobodyAsksForThem() throws Exception {
		Member member = new Member(null,
				Status.FAILED_PRECONDITION.withDescription("etcdserver: authentication is not enabled"));
		assertThat(listed(member)).isTrue();
		assertThat(member.asked).containsExactly("authenticate", "range");
	}

	@Test
	void credentialsThatAreRefusedAreNotLeftOut() throws Exception {
		Member member = new Member(null, Status.FAILED_PRECONDITION.withDescription("etcdserver: something else"));
		assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> listed(member))
			.withMessageContaining("something else");
		assertThat(member.asked).containsExactly("authenticate");
	}

	@Test
	void credentialsAreShownToTheNextMemberWhereOneOnlyLearns() throws Exception {
		Member learner = new Member(LEARNER, LEARNER);
		Member second = new Member(null, null);
		assertThat(listed(learner, second)).isTrue();
		assertThat(learner.asked).containsExactly("authenticate");
		assertThat(second.asked).containsExactly("authenticate", "range");
	}

	@Test
	void callerThatIsInterruptedIsTold() throws Exception {
		Member second = new Member(null, null);
		try (Registry registry = new EtcdRegistry(options(new Member(null, null), second))) {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(RegistryException.class).isThrownBy(registry::list)
				.withMessageStartingWith("interrupted while asking etcd at 127.0.0.1:")
				.withMessageEndingWith(" to list services");
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
			assertThat(second.asked).isEmpty();
		}
		finally {
			Thread.interrupted();
		}
	}

	@Test
	void hostThatIsNotKnownIsSaidToBeUnknown() {
		Status status = Status.UNAVAILABLE.withDescription("Unable to resolve host etcd.test")
			.withCause(new IllegalStateException(new UnknownHostException("etcd.test")));
		assertThat(EtcdCluster.reason(status)).isEqualTo("Unable to resolve host etcd.test");
	}

	@Test
	void registryThatCannotBeMadeLeavesNothingOpen() {
		Assumptions.assumeTrue(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean,
				"open files are counted on Unix only");
		EtcdOptions options = EtcdOptions.defaults()
			.withTls(TlsOptions.client().withTrustCertificate(Path.of("missing.pem")));
		long before = openFiles();
		for (int i = 0; i < 100; i++) {
			assertThatIllegalArgumentException().isThrownBy(() -> new EtcdRegistry(options));
		}
		// An event loop holds two or three.
		assertThat(openFiles() - before).isLessThan(100);
	}

	private static long openFiles() {
		return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
	}

	private boolean listed(Member... members) throws IOException {
		boolean secured = Stream.of(members).anyMatch((member) -> member.authentication != null);
		EtcdOptions options = options(members);
		try (Registry registry = new EtcdRegistry(secured ? options.withCredentials("root", "secret") : options)) {
			return registry.list().isEmpty();
		}
	}

	private EtcdOptions options(Member... members) throws IOException {
		for (Member member : members) {
			this.servers.add(NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.addService(member)
				.addService(member.authentication())
				.build()
				.start());
		}
		List<Server> ours = this.servers.subList(this.servers.size() - members.length, this.servers.size());
		return EtcdOptions.defaults()
			.withTimeout(Duration.ofSeconds(20))
			.withAddress(
					ours.stream().map((server) -> "127.0.0.1:" + server.getPort()).collect(Collectors.joining(",")));
	}

	/** One that holds nothing, and refuses what it is told to. */
	private static final class Member extends KVGrpc.KVImplBase {

		private final List<String> asked = new CopyOnWriteArrayList<>();

		private final @Nullable Status range;

		private final @Nullable Status authentication;

		Member(@Nullable Status range, @Nullable Status authentication) {
			this.range = range;
			this.authentication = authentication;
		}

		@Override
		public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
			this.asked.add("range");
			answer(answer, this.range, RangeResponse.getDefaultInstance());
		}

		AuthGrpc.AuthImplBase authentication() {
			return new AuthGrpc.AuthImplBase() {

				@Override
				public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> answer) {
					Member.this.asked.add("authenticate");
					answer(answer, Member.this.authentication,
							AuthenticateResponse.newBuilder().setToken("token").build());
				}

			};
		}

		private static <T> void answer(StreamObserver<T> answer, @Nullable Status refusal, T response) {
			if (refusal != null) {
				answer.onError(refusal.asRuntimeException());
				return;
			}
			answer.onNext(response);
			answer.onCompleted();
		}

	}

}
