package io.microspring.plugins.broker.mqtt;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.microspring.broker.AckMode;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Envelope;
import io.microspring.broker.Event;
import io.microspring.broker.SubscribeOptions;
import io.microspring.message.Headers;
import io.microspring.plugins.broker.HangingUp;
import io.microspring.test.process.JavaProcess;
import io.microspring.test.server.ExternalServer;
import io.microspring.test.server.ServerRecipe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.microspring.plugins.broker.Texts.assertRefused;
import static io.microspring.plugins.broker.Texts.awaitBodies;
import static io.microspring.plugins.broker.Texts.bodies;
import static io.microspring.plugins.broker.Texts.body;
import static io.microspring.plugins.broker.Texts.eventually;
import static io.microspring.plugins.broker.Texts.message;
import static io.microspring.plugins.broker.Texts.publish;
import static io.microspring.plugins.broker.Texts.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What stands on the wire, what is kept, and what comes again. */
class MqttDeliveryTest {

	@RegisterExtension
	static final ExternalServer MOSQUITTO = new ExternalServer(
			ServerRecipe.mosquitto("allow_anonymous true\nmax_queued_messages 0", Map.of()));

	private static final SubscribeOptions QUEUE = SubscribeOptions.defaults().withQueue("q");

	private final String topic = "delivery/" + UUID.randomUUID();

	private final List<MqttBroker> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.opened.forEach(MqttBroker::close);
	}

	@Test
	void messageIsTheEnvelopeOfGoForAnyOtherClient() {
		Mqtt5BlockingClient other = other();
		MqttBroker broker = open(options());
		List<Event> received = subscribe(broker, this.topic, SubscribeOptions.defaults());
		try (Mqtt5BlockingClient.Mqtt5Publishes seen = other.publishes(MqttGlobalPublishFilter.ALL)) {
			other.subscribeWith().topicFilter(this.topic).qos(MqttQos.EXACTLY_ONCE).send();
			broker.publish(this.topic, message("one"));
			assertThat(seen.receive(20, TimeUnit.SECONDS)).hasValueSatisfying((publish) -> {
				assertThat(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
					.isEqualTo("{\"Header\":{\"k\":\"v\"},\"Body\":\"b25l\"}");
				assertThat(publish.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
				assertThat(publish.isRetain()).isFalse();
			});
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		other.publishWith().topic(this.topic).payload(Envelope.encode(message("two"))).send();
		awaitBodies(received, "one", "two");
		other.disconnect();
	}

	@Test
	void subscriptionWithWildcardsGetsEveryTopicThatFits() {
		MqttBroker broker = open(options());
		List<Event> one = subscribe(broker, this.topic + "/+/temperature", SubscribeOptions.defaults());
		List<Event> all = subscribe(broker, this.topic + "/#", QUEUE);
		broker.publish(this.topic + "/kitchen/temperature", message("20"));
		broker.publish(this.topic + "/kitchen/light", message("on"));
		awaitBodies(all, "20", "on");
		awaitBodies(one, "20");
		assertThat(one.get(0).topic()).isEqualTo(this.topic + "/kitchen/temperature");
	}

	@Test
	void whatMqttCannotCarryIsRefused() {
		MqttBroker broker = open(options().withMaxMessageSize(1000));
		for (String topic : List.of("", "a/+", "#", "$SYS/x", "\0")) {
			assertRefused(() -> broker.publish(topic, message("x")));
		}
		for (String topic : List.of("", "a/#/b", "a+", "$share/q/a")) {
			assertRefused(() -> subscribe(broker, topic, SubscribeOptions.defaults()));
		}
		assertRefused(() -> subscribe(broker, this.topic, QUEUE.withQueue("a/b")));
		assertRefused(() -> subscribe(broker, this.topic + "/#", QUEUE.withDeadLetter(this.topic + "/dead")));
		assertRefused(() -> subscribe(broker, this.topic, QUEUE.withDeadLetter(this.topic + "/#")));
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> broker.publish(this.topic, message("x".repeat(1000))))
			.withMessageContaining("1000 allowed");
		assertThatExceptionOfType(BrokerException.class)
			.isThrownBy(() -> subscribe(broker, this.topic, QUEUE.withAck(AckMode.MANUAL)))
			.withMessageContaining("redelivery");
	}

	@Test
	void whatIsNoEnvelopeOrTooLargeGoesToTheDeadLetter() {
		MqttBroker broker = open(options().withMaxMessageSize(1000));
		List<Event> dead = subscribe(broker, this.topic + ".dead", SubscribeOptions.defaults());
		List<Event> received = subscribe(broker, this.topic, QUEUE.withDeadLetter(this.topic + ".dead"));
		Mqtt5BlockingClient other = other();
		other.publishWith().topic(this.topic).qos(MqttQos.AT_LEAST_ONCE).payload("no envelope".getBytes()).send();
		other.publishWith()
			.topic(this.topic)
			.qos(MqttQos.AT_LEAST_ONCE)
			.payload(Envelope.encode(message("y".repeat(1000))))
			.send();
		other.disconnect();
		broker.publish(this.topic, message("fine"));
		awaitBodies(received, "fine");
		// One that is too large goes without its body.
		awaitBodies(dead, "no envelope", "");
		assertThat(dead.get(0).message().header(Headers.DEAD_LETTER_REASON)).contains("envelope");
		assertThat(dead.get(1).message().header(Headers.DEAD_LETTER_REASON)).contains("1000 allowed");
	}

	@Test
	void subscriptionsSurviveARestartOfTheServer() {
		MOSQUITTO.requireOurs();
		MqttBroker broker = open(options().withTimeout(Duration.ofSeconds(5)));
		List<Event> copy = subscribe(broker, this.topic, SubscribeOptions.defaults());
		List<Event> queue = subscribe(broker, this.topic, QUEUE);
		broker.publish(this.topic, message("before"));
		awaitBodies(copy, "before");
		MOSQUITTO.kill();
		assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> broker.publish(this.topic, message("lost")))
			.withMessageContaining(MOSQUITTO.address());
		assertThat(broker.health().state().name()).isEqualTo("DOWN");
		MOSQUITTO.start();
		eventually().untilAsserted(() -> {
			broker.publish(this.topic, message("after"));
			assertThat(bodies(copy)).contains("after");
			assertThat(bodies(queue)).contains("after");
		});
		assertThat(broker.health().state().name()).isEqualTo("UP");
	}

	@ParameterizedTest
	@ValueSource(strings = { "5", "3.1.1" })
	void aQueueKeepsWhatComesWhileAMemberWithANameIsAway(String version) {
		MqttOptions named = options().withVersion(version).withClientId("member-" + UUID.randomUUID());
		MqttBroker first = open(named);
		subscribe(first, this.topic, QUEUE);
		first.close();
		MqttBroker publisher = open(options());
		publish(publisher, this.topic, 0, 5);
		List<Event> received = subscribe(open(named), this.topic, QUEUE);
		awaitBodies(received, "0", "1", "2", "3", "4");
	}

	@Test
	void whatWasNotAcknowledgedByHandComesAgain() {
		MqttOptions named = options().withClientId("member-" + UUID.randomUUID());
		SubscribeOptions manual = QUEUE.withAck(AckMode.MANUAL);
		MqttBroker first = open(named);
		List<Event> held = subscribe(first, this.topic, manual);
		publish(first, this.topic, 0, 3);
		awaitBodies(held, "0", "1", "2");
		// In the order of their coming, as MQTT wants it.
		held.get(0).ack();
		held.get(2).ack();
		first.close();
		List<Event> again = subscribe(open(named), this.topic, manual);
		awaitBodies(again, "1", "2");
	}

	@Test
	void whatComesAgainAfterACutWaitsForTheOneThatIsHandled() throws Exception {
		String client = "member-" + UUID.randomUUID();
		MqttBroker broker = open(options().withClientId(client));
		CountDownLatch gate = new CountDownLatch(1);
		List<String> begun = new CopyOnWriteArrayList<>();
		MqttSubscription slow = (MqttSubscription) broker.subscribe(this.topic, QUEUE, (event) -> {
			begun.add(body(event));
			gate.await(1, TimeUnit.MINUTES);
		});
		publish(broker, this.topic, 0, 2);
		eventually().until(() -> slow.unsettled() == 2 && begun.size() == 1);
		takeOver(client + "-" + session("q", this.topic));
		// The one that is handled, and both of them once more.
		eventually().until(() -> slow.unsettled() == 3);
		assertThat(begun).containsExactly("0");
		gate.countDown();
		eventually().until(() -> slow.unsettled() == 0);
		assertThat(begun).containsExactly("0", "0", "1");
	}

	private static String session(String queue, String topic) {
		byte[] of = (queue + "\0" + topic).getBytes(StandardCharsets.UTF_8);
		return Long.toHexString(UUID.nameUUIDFromBytes(of).getMostSignificantBits());
	}

	/** Cuts a client off, whose session stays, and is gone again. */
	private static void takeOver(String client) throws IOException {
		String[] parts = MOSQUITTO.address().split(":");
		try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
			DataOutputStream out = new DataOutputStream(socket.getOutputStream());
			out.write(new byte[] { 0x10, (byte) (12 + client.length()) });
			out.writeUTF("MQTT");
			out.write(new byte[] { 4, 0, 0, 60 });
			out.writeUTF(client);
			// Let in, to the session that is there.
			assertThat(packet(new DataInputStream(socket.getInputStream()))).containsExactly(1, 0);
		}
	}

	@Test
	void aSlowSubscriberIsSentNoMoreThanItsServerAndItselfAllow() {
		MqttBroker broker = open(options());
		MqttBroker narrow = open(options().withReceiveMaximum(3));
		CountDownLatch gate = new CountDownLatch(1);
		List<String> received = new CopyOnWriteArrayList<>();
		MqttSubscription slow = (MqttSubscription) broker.subscribe(this.topic, SubscribeOptions.defaults(),
				(event) -> {
					gate.await(1, TimeUnit.MINUTES);
					received.add(body(event));
				});
		MqttSubscription narrower = (MqttSubscription) narrow.subscribe(this.topic, SubscribeOptions.defaults(),
				(event) -> {
					gate.await(1, TimeUnit.MINUTES);
					// An acknowledgement would have mosquitto 2.0.11 send more than that.
					throw new IllegalStateException("thrown by a handler, on purpose");
				});
		publish(broker, this.topic, 0, 300);
		// What mosquitto allows, unless it is set otherwise.
		eventually().untilAsserted(() -> assertThat(slow.unsettled()).isEqualTo(20));
		eventually().untilAsserted(() -> assertThat(narrower.unsettled()).isEqualTo(3));
		assertThat(received).isEmpty();
		CompletableFuture<Void> closed = CompletableFuture.runAsync(narrower::close);
		gate.countDown();
		closed.join();
		eventually().untilAsserted(() -> assertThat(received).hasSize(300));
		assertThat(received).isEqualTo(IntStream.range(0, 300).mapToObj(String::valueOf).toList());
	}

	@Test
	void serverThatHangsUpIsNotCalledWithoutAPause() {
		HangingUp.Dialogue dialogue = (in, out) -> {
			packet(in);
			out.write(new byte[] { 0x20, 2, 0, 0 });
			byte[] subscribe = packet(in);
			out.write(new byte[] { (byte) 0x90, 3, subscribe[0], subscribe[1], 1 });
		};
		try (HangingUp server = new HangingUp(dialogue)) {
			MqttOptions options = MqttOptions.defaults().withAddress(server.address()).withVersion("3.1.1");
			subscribe(open(options), this.topic, SubscribeOptions.defaults());
			eventually().until(() -> server.calls() >= 3);
			// 0.1, 0.2, 0.4 s and so on, rather than 0.1 s each time.
			eventually().during(Duration.ofSeconds(3)).until(() -> server.calls() <= 9);
		}
	}

	/** What is in a packet of less than 128 bytes. */
	private static byte[] packet(DataInputStream in) throws IOException {
		in.readByte();
		byte[] content = new byte[in.readByte()];
		in.readFully(content);
		return content;
	}

	@ParameterizedTest
	@ValueSource(strings = { "5", "3.1.1" })
	void everyMessageIsHandledWhenAMemberIsKilled(String version) {
		int count = 500;
		String name = "killed-" + UUID.randomUUID();
		List<String> handled = new ArrayList<>();
		MqttBroker publisher = open(options().withTimeout(Duration.ofSeconds(30)));
		try (JavaProcess first = member(version, name)) {
			first.awaitLine("subscribed");
			publish(publisher, this.topic, 0, count);
			first.awaitLine("handled 20");
			first.kill();
			handled.addAll(handledBy(first));
		}
		assertThat(handled.size()).isBetween(20, count - 1);
		try (JavaProcess second = member(version, name)) {
			second.awaitLine("handled " + (count - 1));
			eventually().untilAsserted(() -> {
				Set<String> all = new TreeSet<>(handled);
				all.addAll(handledBy(second));
				assertThat(all).hasSize(count);
			});
			handled.addAll(handledBy(second));
		}
		int twice = handled.size() - count;
		// Those that were on their way, and not yet acknowledged.
		assertThat(twice).isBetween(0, 100);
	}

	private JavaProcess member(String version, String name) {
		return JavaProcess.start(MqttMember.class, MOSQUITTO.address(), version, name, this.topic);
	}

	private static List<String> handledBy(JavaProcess process) {
		return process.lines().stream().filter((line) -> line.startsWith("handled ")).toList();
	}

	private static MqttOptions options() {
		return MqttOptions.defaults().withAddress(MOSQUITTO.address());
	}

	private MqttBroker open(MqttOptions options) {
		MqttBroker broker = new MqttBroker(options);
		this.opened.add(broker);
		return broker;
	}

	private static Mqtt5BlockingClient other() {
		String[] parts = MOSQUITTO.address().split(":");
		Mqtt5BlockingClient client = Mqtt5Client.builder()
			.serverHost(parts[0])
			.serverPort(Integer.parseInt(parts[1]))
			.buildBlocking();
		client.connect();
		return client;
	}

}
