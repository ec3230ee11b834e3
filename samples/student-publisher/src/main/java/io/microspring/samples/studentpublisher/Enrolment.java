package io.microspring.samples.studentpublisher;

import java.util.concurrent.TimeUnit;

import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.message.Message;
import io.microspring.message.Metadata;
import io.microspring.samples.student.proto.Student;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Enrols two students, again and again.
 */
@Component
public class Enrolment {

	private static final String TOPIC = "student.enrolled";

	private final Client client;

	private final Broker broker;

	public Enrolment(Client client, Broker broker) {
		this.client = client;
		this.broker = broker;
	}

	@Scheduled(fixedDelay = 2, timeUnit = TimeUnit.SECONDS)
	public void enrol() {
		this.client.publish(TOPIC, student("1", "winyh", 18));

		byte[] body = student("2", "John", 20).toByteArray();
		this.broker.publish(TOPIC, new Message(Metadata.of("Content-Type", "application/protobuf"), body));
	}

	private static Student student(String id, String name, int age) {
		return Student.newBuilder().setId(id).setName(name).setAge(age).build();
	}

}
