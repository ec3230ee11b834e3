package io.microspring.plugins.broker.nsq;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.microspring.broker.BrokerException;
import io.microspring.concurrent.Backoff;
import io.microspring.concurrent.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the nsqds that have a topic by asking every nsqlookupd. The answer of one is
 * enough; those that do not answer are logged once, until they do. Thread-safe.
 */
final class NsqLookup {

	private static final Logger log = LoggerFactory.getLogger(NsqLookup.class);

	private static final int MOST_NSQDS = 1000;

	private static final int LONGEST_REASON = 200;

	private static final int OK = 200;

	private static final int NOT_FOUND = 404;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final List<NsqLookupd> lookupds;

	private final Duration timeout;

	/** So that those who started together do not ask together for ever. */
	private final Backoff interval;

	private final ExecutorService executor;

	/** Those that did not answer when they were asked last. */
	private final Set<NsqLookupd> silent = ConcurrentHashMap.newKeySet();

	private volatile boolean stopped;

	/**
	 * Nobody is asked yet.
	 * @param lookupds who knows, at least one
	 * @param options how long an answer may take, and how often they are asked
	 * @param executor what waits for answers
	 */
	NsqLookup(List<NsqLookupd> lookupds, NsqOptions options, ExecutorService executor) {
		this.lookupds = lookupds;
		this.timeout = options.timeout();
		this.interval = Backoff.exponential(options.lookupdInterval(), 1, options.lookupdInterval(), 0.3);
		this.executor = executor;
	}

	/**
	 * Asks for the nsqds that have a topic.
	 * @param topic the topic
	 * @return all that anyone names; none for a topic that there is none of yet
	 * @throws BrokerException when nobody answers
	 */
	Set<NsqAddress> find(String topic) {
		Round round = look(topic);
		if (round.isFailure()) {
			throw new BrokerException(this + " (micro.broker.nsq.lookupd-address) cannot be asked for the nsqds of "
					+ topic + ": " + round.reasons(), null);
		}
		note(round);
		return round.found();
	}

	private Round look(String topic) {
		return ask("/lookup?topic=" + URLEncoder.encode(topic, StandardCharsets.UTF_8), NsqLookup::nsqds, this.timeout);
	}

	/** The broker closes: what fails from now on fails because of that. */
	void stop() {
		this.stopped = true;
	}

	private void note(Round round) {
		if (this.stopped) {
			return;
		}
		for (NsqLookupd lookupd : this.lookupds) {
			String failure = round.failures().get(lookupd);
			if (failure == null) {
				if (this.silent.remove(lookupd)) {
					log.info("nsqlookupd at {} names nsqds again", lookupd);
				}
			}
			else if (this.silent.add(lookupd)) {
				log.warn("nsqlookupd at {} does not name nsqds, and is asked again: {}", lookupd, failure);
			}
		}
	}

	/**
	 * Asks again and again.
	 * @param topic the topic
	 * @param listener hears of all nsqds that have it each time, on a thread that may be
	 * blocked; of nothing while nobody answers
	 * @return ends it
	 */
	Threads.Scheduled watch(String topic, Consumer<Set<NsqAddress>> listener) {
		return Threads.every(this.interval.before(1), this.executor, () -> {
			Round round = look(topic);
			note(round);
			if (!round.isFailure()) {
				listener.accept(round.found());
			}
		});
	}

	/**
	 * Asks each whether it is there.
	 * @param timeout how long to wait for the answers
	 * @return what they answer, without nsqds
	 * @throws BrokerException when the thread is interrupted
	 */
	Round ping(Duration timeout) {
		return ask("/ping", NsqLookup::pong, timeout);
	}

	private Round ask(String question, Reader reader, Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		Map<NsqLookupd, CompletableFuture<NsqLookupd.Answer>> answers = new LinkedHashMap<>();
		this.lookupds.forEach((lookupd) -> answers.put(lookupd, lookupd.ask(question, timeout)));
		Set<NsqAddress> found = new LinkedHashSet<>();
		Map<NsqLookupd, String> failures = new LinkedHashMap<>();
		try {
			for (Map.Entry<NsqLookupd, CompletableFuture<NsqLookupd.Answer>> answer : answers.entrySet()) {
				try {
					Duration left = Duration.ofNanos(deadline - System.nanoTime());
					found.addAll(reader.read(NsqConnection.await(answer.getValue(), left)));
				}
				catch (TimeoutException ex) {
					failures.put(answer.getKey(), "no answer within " + timeout.toMillis() + " ms");
				}
				catch (IOException ex) {
					failures.put(answer.getKey(), shortened(String.valueOf(ex.getMessage())));
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BrokerException("interrupted while asking " + this, ex);
		}
		finally {
			answers.values().forEach((answer) -> answer.cancel(false));
		}
		return new Round(found, failures, failures.size() == this.lookupds.size());
	}

	private static String shortened(String reason) {
		return reason.substring(0, Math.min(reason.length(), LONGEST_REASON)).replaceAll("\\p{Cntrl}", "?");
	}

	private static Set<NsqAddress> pong(NsqLookupd.Answer answer) throws IOException {
		if (answer.status() != OK) {
			throw new IOException("it answers " + answer.status());
		}
		return Set.of();
	}

	private static Set<NsqAddress> nsqds(NsqLookupd.Answer answer) throws IOException {
		JsonNode body = json(answer);
		String message = body.path("message").asString("");
		if (answer.status() == NOT_FOUND && message.equals("TOPIC_NOT_FOUND")) {
			return Set.of();
		}
		JsonNode producers = body.path("producers");
		if (answer.status() != OK || !producers.isArray()) {
			throw new IOException(
					"it answers " + answer.status() + " " + (message.isEmpty() ? "without nsqds" : message));
		}
		if (producers.size() > MOST_NSQDS) {
			throw new IOException("it names " + producers.size() + " nsqds, more than " + MOST_NSQDS);
		}
		Set<NsqAddress> found = new LinkedHashSet<>();
		for (JsonNode producer : producers) {
			String host = producer.path("broadcast_address").asString("");
			int port = producer.path("tcp_port").asInt(0);
			try {
				found.add(NsqAddress.read("an nsqd", new NsqAddress(host, port).toString(), port));
			}
			catch (IllegalArgumentException ex) {
				log.debug("An nsqd without an address is left out: {}", producer);
			}
		}
		return found;
	}

	private static JsonNode json(NsqLookupd.Answer answer) throws IOException {
		try {
			return JSON.readTree(answer.body());
		}
		catch (JacksonException ex) {
			throw new IOException("it answers " + answer.status() + " without JSON", ex);
		}
	}

	@Override
	public String toString() {
		return "nsqlookupd at " + String.join(", ", this.lookupds.stream().map(NsqLookupd::toString).toList());
	}

	/**
	 * What all have answered to one question.
	 *
	 * @param found the nsqds that were named
	 * @param failures why those that did not answer did not
	 * @param isFailure whether nobody answered
	 */
	record Round(Set<NsqAddress> found, Map<NsqLookupd, String> failures, boolean isFailure) {

		/** Who did not answer, and why. */
		String reasons() {
			return String.join("; ",
					this.failures.entrySet().stream().map((one) -> one.getKey() + ": " + one.getValue()).toList());
		}

	}

	/** Reads an answer. */
	@FunctionalInterface
	private interface Reader {

		Set<NsqAddress> read(NsqLookupd.Answer answer) throws IOException;

	}

}
