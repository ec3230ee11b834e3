package io.microspring.plugins.registry.gossip;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.microspring.plugins.registry.gossip.StreamMessage.Single;
import io.microspring.registry.Node;
import io.microspring.registry.Service;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What a connection says is read within limits, whoever says it. */
class StreamDecoderTest {

	private static final int MEGABYTE = 1 << 20;

	private final StreamCodec codec = new StreamCodec(new Keyring(List.of()), false);

	private final Backlog backlog = new Backlog(MEGABYTE);

	private final Queue<Runnable> large = new ArrayDeque<>();

	@Test
	void largeMessageIsReadAsideAndNothingIsTakenMeanwhile() {
		EmbeddedChannel channel = channel();
		byte[] said = said(MEGABYTE / 2);

		channel.writeInbound(Unpooled.wrappedBuffer(said));
		assertThat(channel.<StreamMessage>readInbound()).isNull();
		assertThat(channel.config().isAutoRead()).isFalse();

		this.large.remove().run();
		assertThat(channel.<StreamMessage>readInbound()).isInstanceOf(Single.class);
		assertThat(channel.config().isAutoRead()).isTrue();
		assertThat(this.backlog.kept()).isZero();
	}

	@Test
	void messageThatComesInPiecesIsReadWhenItIsWhole() {
		EmbeddedChannel channel = channel();
		byte[] said = said(1000);
		for (int i = 0; i < said.length; i += 100) {
			assertThat(channel.<StreamMessage>readInbound()).isNull();
			channel.writeInbound(Unpooled.copiedBuffer(said, i, Math.min(100, said.length - i)));
		}
		assertThat(channel.<StreamMessage>readInbound()).isInstanceOf(Single.class);
	}

	@Test
	void whatAllKeepTogetherIsLimitedAndSmallMessagesAlwaysPass() {
		EmbeddedChannel first = channel();
		byte[] begun = Unpooled.copiedBuffer(said(MEGABYTE), 0, MEGABYTE).array();
		first.writeInbound(Unpooled.wrappedBuffer(begun));
		assertThat(this.backlog.kept()).isPositive();

		EmbeddedChannel second = channel();
		assertThatExceptionOfType(MalformedException.class)
			.isThrownBy(() -> second.writeInbound(Unpooled.wrappedBuffer(begun)))
			.withMessageContaining("too much is being said at once");
		EmbeddedChannel third = channel();
		third.writeInbound(Unpooled.wrappedBuffer(said(1000)));
		assertThat(third.<StreamMessage>readInbound()).isInstanceOf(Single.class);

		first.close();
		assertThat(this.backlog.kept()).as("while it is being read").isPositive();
		this.large.remove().run();
		assertThat(this.backlog.kept()).isZero();
	}

	@Test
	void strangersWhoNeverComeToAnEndKeepNobodyOut() throws Exception {
		GossipOptions options = GossipOptions.defaults()
			.withBindAddress("127.0.0.1:0")
			.withAdvertiseAddress("127.0.0.1")
			.withTimeout(Duration.ofSeconds(30));
		List<Socket> strangers = new ArrayList<>();
		try (GossipRegistry member = new GossipRegistry(options)) {
			Sockets sockets = member.cluster().sockets();
			byte[] begun = Unpooled.copiedBuffer(said(18 * MEGABYTE), 0, 17 * MEGABYTE).array();
			for (int i = 0; i < 5; i++) {
				Socket stranger = new Socket(InetAddress.getLoopbackAddress(), sockets.address().getPort());
				strangers.add(stranger);
				try {
					stranger.getOutputStream().write(begun);
				}
				catch (IOException expected) {
					// refused already
				}
			}
			await().untilAsserted(
					() -> assertThat(sockets.submit(sockets::kept).join()).isBetween(17L * MEGABYTE, Backlog.MOST));
			try (GossipRegistry other = new GossipRegistry(options.withSeeds(member.address()))) {
				other.register(Service.of("calm", "latest", new Node("calm-1", "127.0.0.1:1", Map.of())),
						Duration.ZERO);
				await().untilAsserted(() -> assertThat(member.get("calm")).hasSize(1));
			}
			for (Socket stranger : strangers) {
				stranger.close();
			}
			await().untilAsserted(() -> assertThat(sockets.submit(sockets::kept).join()).isZero());
		}
	}

	private EmbeddedChannel channel() {
		return new EmbeddedChannel(new StreamDecoder(this.codec, this.backlog, new StreamDecoder.Aside() {

			@Override
			public <T> CompletionStage<T> run(int size, Supplier<T> task) {
				return CompletableFuture.supplyAsync(task,
						(size < MEGABYTE / 4) ? Runnable::run : StreamDecoderTest.this.large::add);
			}

		}));
	}

	private byte[] said(int length) {
		return this.codec.encode(new Single(new Message.User(new byte[length])));
	}

}
