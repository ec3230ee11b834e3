package io.microspring.plugins.broker.googlepubsub;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.google.api.core.ApiFuture;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.InstantiatingExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.cloud.pubsub.v1.stub.SubscriberStubSettings;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.microspring.concurrent.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Google's clients: of the service, or of an emulator. Thread-safe.
 */
final class PubSubClients implements AutoCloseable {

	/** A message, the bytes around it, and several of them in one answer. */
	private static final int MOST_INBOUND = 32 * 1024 * 1024;

	/** Of all messages of a subscription that are here. */
	private static final long MOST_OUTSTANDING_BYTES = 100 * 1024 * 1024;

	/**
	 * As long as this process lives: what waits for its handler is ours, and would else
	 * come again for ever.
	 */
	private static final Duration LONGEST_LEASE = Duration.ofDays(7);

	private final PubSubOptions options;

	private final @Nullable ManagedChannel emulator;

	private final CredentialsProvider credentials;

	private final PublisherStub topics;

	private final SubscriberStub subscriptions;

	/**
	 * Connects when it is first used.
	 * @param options where and as whom
	 * @throws IOException when the credentials cannot be read
	 */
	PubSubClients(PubSubOptions options) throws IOException {
		this.options = options;
		this.emulator = options.emulator().isEmpty() ? null
				: ManagedChannelBuilder.forTarget(options.emulator())
					.usePlaintext()
					.maxInboundMessageSize(MOST_INBOUND)
					.build();
		this.credentials = credentials();
		PublisherStubSettings.Builder publishing = PublisherStubSettings.newBuilder();
		// Whoever publishes waits for the answer: to wait for more of them as well is
		// lost time.
		publishing.publishSettings().setBatchingSettings(BatchingSettings.newBuilder().setIsEnabled(false).build());
		this.topics = publishing
			.setTransportChannelProvider(channel(PublisherStubSettings.defaultTransportChannelProvider()))
			.setCredentialsProvider(this.credentials)
			.build()
			.createStub();
		this.subscriptions = SubscriberStubSettings.newBuilder()
			.setTransportChannelProvider(channel(SubscriberStubSettings.defaultTransportChannelProvider()))
			.setCredentialsProvider(this.credentials)
			.build()
			.createStub();
	}

	private CredentialsProvider credentials() throws IOException {
		if (this.emulator != null) {
			return NoCredentialsProvider.create();
		}
		if (this.options.credentialsFile() == null) {
			return PublisherStubSettings.defaultCredentialsProviderBuilder().build();
		}
		try (var file = Files.newInputStream(this.options.credentialsFile())) {
			return FixedCredentialsProvider.create(
					GoogleCredentials.fromStream(file).createScoped(PublisherStubSettings.getDefaultServiceScopes()));
		}
	}

	private TransportChannelProvider channel(TransportChannelProvider service) {
		return (this.emulator == null) ? service
				: FixedTransportChannelProvider.create(GrpcTransportChannel.create(this.emulator));
	}

	PublisherStub topics() {
		return this.topics;
	}

	SubscriberStub subscriptions() {
		return this.subscriptions;
	}

	/**
	 * What receives messages, not made yet.
	 * @param subscription its full name
	 * @param outstanding how many messages it may have brought that were not replied to
	 * @param receiver is given each message
	 * @return the subscriber's settings
	 */
	Subscriber.Builder subscriber(String subscription, int outstanding, MessageReceiver receiver) {
		return Subscriber.newBuilder(subscription, receiver)
			.setChannelProvider(channel(SubscriberStubSettings.defaultGrpcTransportProviderBuilder()
				.setMaxInboundMessageSize(MOST_INBOUND)
				.build()))
			.setCredentialsProvider(this.credentials)
			.setParallelPullCount(1)
			.setExecutorProvider(InstantiatingExecutorProvider.newBuilder()
				.setExecutorThreadCount(1)
				.setThreadFactory(Threads.factory("micro-pubsub"))
				.build())
			.setFlowControlSettings(FlowControlSettings.newBuilder()
				.setMaxOutstandingElementCount((long) outstanding)
				.setMaxOutstandingRequestBytes(MOST_OUTSTANDING_BYTES)
				.build())
			.setMaxAckExtensionPeriodDuration(LONGEST_LEASE)
			.setMaxDurationPerAckExtensionDuration(this.options.ackDeadline());
	}

	/**
	 * Waits for an answer.
	 * @param answer the answer
	 * @param timeout how long to wait
	 * @return the answer
	 */
	static <T> T await(ApiFuture<T> answer, Duration timeout)
			throws InterruptedException, ExecutionException, TimeoutException {
		try {
			return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			answer.cancel(true);
			throw ex;
		}
	}

	@Override
	public void close() {
		this.topics.shutdownNow();
		this.subscriptions.shutdownNow();
		if (this.emulator != null) {
			this.emulator.shutdownNow();
		}
	}

}
