package io.microspring.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.microspring.broker.BrokerException;
import io.microspring.broker.Event;
import io.microspring.client.CallOptions;
import io.microspring.client.Client;
import io.microspring.client.ClientOptions;
import io.microspring.message.Headers;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.registry.Registry;
import io.microspring.server.Server;
import io.microspring.server.ServerOptions;
import io.microspring.server.Subscriber;
import io.microspring.server.SubscriberFunction.Delivery;
import io.microspring.test.student.Grade;
import io.microspring.test.student.Student;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * What arrives of what was published, bytes and objects: a part of
 * {@link BrokerContract}.
 */
abstract class MessageContract extends BrokerFixture {

	/** More than most take. */
	private static final int HUGE = 16 * 1024 * 1024;

	private static final Student STUDENT = Student.newBuilder()
		.setId("1")
		.setName("Zoë ☕ winyh")
		.setAge(-18)
		.setEnrolledAt(Long.MAX_VALUE)
		.setGrade(Grade.GRADE_A)
		.setPhoto(ByteString.copyFrom(new byte[] { 0, -1, 127, -128, '"', '\n' }))
		.addAllCourses(List.of("", "Go", "Java"))
		.putMarks("Go", 0.1)
		.setTutor(Student.newBuilder().setName("John"))
		.setPaid(false)
		.build();

	@Test
	@Shows(BrokerFact.ANY_CODEC)
	void headersAndBodyArriveAsTheyWere() {
		byte[] body = new byte[256];
		IntStream.range(0, 256).forEach((i) -> body[i] = (byte) i);
		Metadata headers = Metadata.of("Content-Type", "application/protobuf", "Micro-Id", "42", "Umlaut",
				"grüße ☕ \"x\"", "lower-case", "a b=c;d,e");
		List<Event> received = subscribe("");
		settle(this.topic);
		this.broker.publish(this.topic, new Message(headers, body));
		eventually().untilAsserted(() -> assertThat(received).hasSize(1));
		Event event = received.get(0);
		assertThat(event.topic()).isEqualTo(this.topic);
		assertThat(event.message().body()).isEqualTo(body);
		headers.forEach((name, value) -> assertThat(event.message().header(name)).as(name).isEqualTo(value));
		assertThatCode(event::ack).doesNotThrowAnyException();
	}

	@Test
	void messageWithoutHeadersAndBodyArrives() {
		List<Event> received = subscribe("");
		settle(this.topic);
		this.broker.publish(this.topic, Message.of(Metadata.empty()));
		eventually().untilAsserted(() -> assertThat(received).hasSize(1));
		assertThat(received.get(0).message().body()).isEmpty();
	}

	@Test
	void largeMessageArrives() {
		byte[] body = new byte[largeMessage()];
		Arrays.fill(body, (byte) 0xa5);
		List<Event> received = subscribe("");
		settle(this.topic);
		this.broker.publish(this.topic, new Message(Metadata.empty(), body));
		eventually().untilAsserted(() -> assertThat(received).hasSize(1));
		assertThat(received.get(0).message().body()).isEqualTo(body);
	}

	@Test
	void messageIsTakenOrRefusedHoweverLarge() {
		List<Integer> sizes = new CopyOnWriteArrayList<>();
		subscribe("", (event) -> sizes.add(event.message().body().length));
		settle(this.topic);
		List<Integer> published = new ArrayList<>();
		try {
			this.broker.publish(this.topic, new Message(Metadata.empty(), new byte[HUGE]));
			published.add(HUGE);
		}
		catch (BrokerException ex) {
			assertThat(ex).hasMessageContaining(this.topic).matches(BrokerException::isRefused);
		}
		publish(0, 1);
		published.add(1);
		eventually().untilAsserted(() -> assertThat(sizes).containsExactlyInAnyOrderElementsOf(published));
	}

	@Test
	@Shows(BrokerFact.ANY_CODEC)
	void protobufMessageArrivesFieldByField() {
		assertThat(publishedAs("application/protobuf")).isEqualTo(STUDENT);
	}

	@Test
	@Shows(BrokerFact.ANY_CODEC)
	void protobufMessageArrivesFieldByFieldAsJson() {
		assertThat(publishedAs("application/json")).isEqualTo(STUDENT);
	}

	private Student publishedAs(String contentType) {
		Registry registry = Registry.memory();
		ClientOptions options = ClientOptions.defaults().withCalls(CallOptions.defaults().withContentType(contentType));
		CompletableFuture<Delivery> received = new CompletableFuture<>();
		try (Client client = Client.builder(registry).broker(this.broker).options(options).name("teacher").build();
				Server server = Server.builder(registry)
					.broker(this.broker)
					.options(ServerOptions.named("school"))
					.build()) {
			server.subscribe(Subscriber.of(this.topic, Student.class, received::complete)).startSubscribers();
			settle(this.topic);
			client.publish(this.topic, STUDENT);
			Delivery delivery = received.orTimeout(patience().toMillis(), TimeUnit.MILLISECONDS).join();
			assertThat(delivery.metadata().get(Headers.CONTENT_TYPE)).isEqualTo(contentType);
			Student student = (Student) Objects.requireNonNull(delivery.payload());
			System.getLogger(MessageContract.class.getName())
				.log(System.Logger.Level.INFO, "{0} brought as {1}: {2}", this.broker.name(), contentType,
						TextFormat.printer().emittingSingleLine(true).printToString(student));
			return student;
		}
	}

}
