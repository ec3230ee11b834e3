package io.microspring.samples.polyglot;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.message.Metadata;
import io.microspring.samples.student.proto.Student;
import io.microspring.server.MicroHeader;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/**
 * Hears of students by the application's broker, notes them by another, and prints what
 * is noted there.
 */
@Component
public class Enrolments {

	private static final String NOTED = "audit.noted";

	private final Client client;

	private final Broker audit;

	public Enrolments(Client client, @Qualifier("audit") Broker audit) {
		this.client = client;
		this.audit = audit;
	}

	@MicroSubscriber(topic = "student.enrolled")
	public void onEnrolled(Student student) {
		this.client.publish(this.audit, NOTED, new AuditEntry(student.getName(), "enrolled"), Metadata.empty());
	}

	@MicroSubscriber(topic = NOTED, broker = "audit", queue = "ledger")
	public void onNoted(AuditEntry entry, @MicroHeader("Micro-From-Service") String by) {
		System.out.println(entry.student() + " " + entry.event() + ", noted by " + by + " on " + this.audit.name());
	}

}
