package io.microspring.plugins.registry.nats;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.registry.RegistryJson;
import io.microspring.registry.Service;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;

/**
 * A process that does what go-micro's registry does, and no more: it answers for what it
 * has, says what comes and goes, and when it is closed says nothing.
 */
final class NatsProcess implements AutoCloseable {

	private static final String QUERY = "micro.registry.nats.query";

	private static final String WATCH = "micro.registry.nats.watch";

	private final Connection connection;

	private final Map<String, Service> services = new ConcurrentHashMap<>();

	private final List<String> questions = new CopyOnWriteArrayList<>();

	private final List<String> news = new CopyOnWriteArrayList<>();

	private final List<String> odd = new CopyOnWriteArrayList<>();

	private volatile boolean paused;

	NatsProcess(String address) throws Exception {
		this.connection = Nats.connect(new Options.Builder().server("nats://" + address).maxReconnects(0).build());
		Dispatcher dispatcher = this.connection.createDispatcher();
		dispatcher.subscribe(WATCH, (message) -> this.news.add(text(message)));
		dispatcher.subscribe(QUERY, this::answer);
		flush();
	}

	/** Registers, with more keys than go-micro has. */
	void register(Service service, String more) throws Exception {
		this.services.put(service.nodes().get(0).id(), service);
		publish(WATCH, "{\"Action\":\"create\",\"Service\":" + RegistryJson.write(service) + more + "}");
	}

	void deregister(Service service) throws Exception {
		this.services.remove(service.nodes().get(0).id());
		publish(WATCH, "{\"Action\":\"delete\",\"Service\":" + RegistryJson.write(service) + "}");
	}

	void publish(String subject, String text) throws Exception {
		this.connection.publish(subject, text.getBytes(StandardCharsets.UTF_8));
		flush();
	}

	/** Answers nothing for a while, as in a long pause of its garbage collector. */
	void pause(boolean pause) {
		this.paused = pause;
	}

	/** Answers this to every question, too. */
	void answerAlso(String text) {
		this.odd.add(text);
	}

	/** What is answered, which must be something. */
	List<String> ask(String question) throws Exception {
		String inbox = this.connection.createInbox();
		Subscription answers = this.connection.subscribe(inbox);
		this.connection.publish(QUERY, inbox, question.getBytes(StandardCharsets.UTF_8));
		List<String> texts = new ArrayList<>();
		Message answer = answers.nextMessage(Duration.ofSeconds(20));
		while (answer != null) {
			texts.add(text(answer));
			answer = answers.nextMessage(Duration.ofMillis(300));
		}
		answers.unsubscribe();
		return texts;
	}

	List<String> questions() {
		return List.copyOf(this.questions);
	}

	/** What was said about a service. */
	List<String> news(String service) {
		return this.news.stream().filter((text) -> text.contains("\"name\":\"" + service + "\"")).toList();
	}

	@Override
	public void close() throws InterruptedException {
		this.connection.close();
	}

	private void answer(Message question) {
		String text = text(question);
		this.questions.add(text);
		if (question.getReplyTo() == null || this.paused) {
			return;
		}
		this.services.values()
			.stream()
			.filter((service) -> text.contains("\"list\"") || text.contains("\"name\":\"" + service.name() + "\""))
			.forEach((service) -> this.connection.publish(question.getReplyTo(),
					RegistryJson.write(service).getBytes(StandardCharsets.UTF_8)));
		this.odd.forEach(
				(answer) -> this.connection.publish(question.getReplyTo(), answer.getBytes(StandardCharsets.UTF_8)));
	}

	private void flush() throws Exception {
		this.connection.flush(Duration.ofSeconds(20));
	}

	private static String text(Message message) {
		return new String(message.getData(), StandardCharsets.UTF_8);
	}

}
