package io.microspring.autoconfigure.broker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.MicroRunner;
import io.microspring.broker.Broker;
import io.microspring.client.Client;
import io.microspring.message.Metadata;
import io.microspring.server.Server;
import io.microspring.server.SubscriptionStatus;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One service with two brokers.
 */
class NamedBrokerTest {

	private final ApplicationContextRunner runner = MicroRunner.memory()
		.withPropertyValues("micro.broker.named.audit.type=http", "micro.broker.named.audit.address=127.0.0.1:0");

	@Test
	void subscribersAndPublishersChooseABrokerByName() {
		this.runner.withUserConfiguration(Clerk.class).run((context) -> {
			Clerk clerk = context.getBean(Clerk.class);
			clerk.work();
			Awaitility.await()
				.untilAsserted(() -> assertThat(clerk.seen).containsExactlyInAnyOrder("work done", "audit noted"));
			assertThat(context.getBean(Server.class).subscriptions()).extracting(SubscriptionStatus::broker)
				.containsExactlyInAnyOrder("memory", "http");
		});
	}

	@Test
	void whoeverAsksForABrokerGetsTheApplications() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Broker.class).name()).isEqualTo("memory");
			assertThat(context.getBean("audit", Broker.class).name()).isEqualTo("http");
		});
	}

	@Test
	void whenABrokerIsNotThereThenTheSubscriberIsNamed() {
		MicroRunner.memory()
			.withBean("audit", String.class, () -> "no broker")
			.withUserConfiguration(Listening.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("Listening.onAudit(")
				.hasMessageContaining("there is no broker \"audit\"; micro.broker.named.audit.type makes one"));
	}

	@Test
	void nameThatAnotherBeanHasIsRefused() {
		this.runner.withBean("audit", String.class, () -> "no broker")
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining("micro.broker.named.audit")
				.hasMessageContaining("there is another one"));
	}

	record Text(String text) {

	}

	static class Listening {

		@MicroSubscriber(topic = "audit", broker = "audit")
		public void onAudit(Text text) {
		}

	}

	static class Clerk {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private final Client client;

		private final Broker audit;

		Clerk(Client client, @Qualifier("audit") Broker audit) {
			this.client = client;
			this.audit = audit;
		}

		void work() {
			this.client.publish("news", new Text("done"));
			this.client.publish(this.audit, "news", new Text("noted"), Metadata.empty());
		}

		@MicroSubscriber(topic = "news")
		public void onWork(Text text) {
			this.seen.add("work " + text.text());
		}

		@MicroSubscriber(topic = "news", broker = "${audit:audit}")
		public void onAudit(Text text) {
			this.seen.add("audit " + text.text());
		}

	}

}
