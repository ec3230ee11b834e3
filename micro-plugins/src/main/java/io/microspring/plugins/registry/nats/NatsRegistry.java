package io.microspring.plugins.registry.nats;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.microspring.concurrent.Mailbox;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import io.microspring.plugins.nats.NatsLink;
import io.microspring.registry.Change;
import io.microspring.registry.Node;
import io.microspring.registry.Registry;
import io.microspring.registry.RegistryException;
import io.microspring.registry.Service;
import io.nats.client.Message;

/**
 * Services that answer for themselves by NATS, as go-micro's do (protocol reference
 * §7.8): whoever looks one up asks all, and each process answers for its own nodes, so
 * that closing the registry takes them back. A look-up takes as long as answers come and
 * {@link NatsOptions#timeout()} more. Whoever does not answer in time is found all the
 * same as long as its service is watched, and the watch does not find it gone.
 * <p>
 * Thread-safe. Needs {@code io.nats:jnats}. go-micro: {@code registry/nats}.
 */
public final class NatsRegistry implements Registry {

	/** How exactly times to live are kept. */
	private static final Duration SWEEP = Duration.ofMillis(250);

	/** How long processes may take to come back when the server did. */
	private static final Duration GRACE = Duration.ofSeconds(10);

	/** More services to be asked after at once are asked by one question. */
	private static final int MANY = 20;

	private final NatsOptions options;

	private final NatsLink link;

	private final Map<Key, Registration> registrations = new ConcurrentHashMap<>();

	private final Set<NatsWatch> watches = ConcurrentHashMap.newKeySet();

	/** Where answers go: to each question its own subject below. */
	private final String inbox;

	private final Map<String, Consumer<Message>> questions = new ConcurrentHashMap<>();

	private final AtomicLong count = new AtomicLong();

	private final Threads.Scheduled sweep;

	/** When the server was back that had been lost. */
	private volatile long returned;

	/** Whether everybody had time to come back after that. */
	private volatile boolean settled = true;

	private volatile boolean closed;

	/**
	 * A registry; nothing is connected to yet.
	 * @param options where the servers are and who asks them
	 * @throws IllegalArgumentException when a file of TLS cannot be read
	 */
	public NatsRegistry(NatsOptions options) {
		this.options = options;
		this.returned = System.nanoTime() - GRACE.toNanos();
		this.link = new NatsLink(options.servers(), "registry", RegistryException::new);
		this.inbox = this.link.inbox();
		this.sweep = Threads.every(SWEEP, this.link.executor(), this::sweep);
	}

	@Override
	public String name() {
		return "nats";
	}

	@Override
	public void register(Service service, Duration ttl) {
		String what = "register " + service.name();
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException(what + ": at least one node is needed");
		}
		requireOpen();
		if (this.registrations.isEmpty()) {
			// go-micro waits 100 ms for answers: who reads questions is loaded before the
			// first one comes.
			NatsJson.readQuestion(NatsJson.question(service.name()));
		}
		this.options.querySubjects().forEach((subject) -> this.link.listen(what, subject, this::answer));
		for (Node node : service.nodes()) {
			Service one = service.withNodes(List.of(node));
			Registration former = this.registrations.put(new Key(service.name(), node.id()),
					new Registration(one, ttl, System.nanoTime() + ttl.toNanos(), NatsJson.answer(one)));
			if (former != null && !former.service().version().equals(service.version())) {
				tell(what, Change.Action.DELETE, former.service(), Duration.ZERO);
			}
		}
		tell(what, Change.Action.CREATE, service, ttl);
	}

	@Override
	public void deregister(Service service) {
		List<Service> gone = new ArrayList<>();
		for (Node node : service.nodes()) {
			Registration former = this.registrations.remove(new Key(service.name(), node.id()));
			if (former != null) {
				gone.add(former.service());
			}
		}
		for (Service version : Service.byVersion(gone)) {
			tell("deregister " + service.name(), Change.Action.DELETE, version, Duration.ZERO);
		}
	}

	@Override
	public List<Service> get(String name) {
		List<Service> found = withWatched(name, collect("look up " + name, name));
		if (found.isEmpty() && !this.settled) {
			throw new RegistryException(this.link + " has been lost and is back for less than " + GRACE.toSeconds()
					+ " s: " + name + " may not be back yet", null);
		}
		return found;
	}

	@Override
	public List<Service> list() {
		return collect("list services", "");
	}

	/**
	 * Adds what a watch holds: who is only slow to answer, or not back yet after the
	 * server was restarted, is not gone until the watch says so.
	 */
	private List<Service> withWatched(String name, List<Service> answered) {
		Set<String> ids = answered.stream()
			.flatMap((service) -> service.nodes().stream())
			.map(Node::id)
			.collect(Collectors.toCollection(HashSet::new));
		List<Service> found = new ArrayList<>();
		for (NatsWatch watch : this.watches) {
			for (Service service : watch.present(name)) {
				if (ids.add(service.nodes().get(0).id())) {
					found.add(service);
				}
			}
		}
		// Last, because it says what a version is like.
		found.addAll(answered);
		return Service.byVersion(found);
	}

	/** Asks, and takes what is answered until nothing more comes. */
	private List<Service> collect(String what, String name) {
		List<Service> found = new ArrayList<>();
		BlockingQueue<Message> answers = new LinkedBlockingQueue<>();
		String question = nextQuestion();
		this.questions.put(question, answers::add);
		try {
			ask(what, name, question);
			long end = System.nanoTime() + this.options.connectTimeout().toNanos();
			long wait = this.options.timeout().toNanos();
			int nobody = 0;
			Message answer = answers.poll(wait, TimeUnit.NANOSECONDS);
			while (answer != null && System.nanoTime() - end < 0) {
				// With a status it is the server's: there is nobody to ask.
				nobody += answer.isStatusMessage() ? 1 : 0;
				Service service = NatsJson.readAnswer(answer.getData());
				if (service != null && (name.isEmpty() || name.equals(service.name()))) {
					found.add(service);
				}
				if (isEnough(found) || nobody == this.options.querySubjects().size()) {
					break;
				}
				answer = answers.poll(wait, TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while asking " + this.link + " to " + what, ex);
		}
		finally {
			this.questions.remove(question);
		}
		if (!this.link.isConnected()) {
			throw new RegistryException(this.link + " was lost while it was asked to " + what, null);
		}
		return Service.byVersion(found);
	}

	private boolean isEnough(List<Service> found) {
		return this.options.quorum() > 0 && Service.byVersion(found)
			.stream()
			.anyMatch((service) -> service.nodes().size() >= this.options.quorum());
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		requireOpen();
		String what = "watch " + (name.isEmpty() ? "all services" : name);
		Mailbox<Change> changes = new Mailbox<>("A listener of registry nats", Integer.MAX_VALUE, this.link.executor(),
				listener);
		NatsWatch watch = new NatsWatch(name, nextQuestion(), this.options.silence(), changes, this::forget);
		this.questions.put(watch.question(), watch::answered);
		this.watches.add(watch);
		try {
			this.options.watchSubjects().forEach((subject) -> this.link.listen(what, subject, this::hear));
			ask(what, name, watch.question());
		}
		catch (RegistryException ex) {
			watch.close();
			throw ex;
		}
		return watch;
	}

	@Override
	public HealthReport health() {
		Map<String, String> details = Map.of("address", this.options.address());
		try {
			this.link.ping("answer");
			return HealthReport.up("nats at " + this.link.server() + " answers").with(details);
		}
		catch (RegistryException ex) {
			return HealthReport.down(String.valueOf(ex.getMessage())).with(details);
		}
	}

	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.sweep.cancel();
		this.watches.forEach(NatsWatch::close);
		// Nobody answers for them any more.
		Service.byVersion(this.registrations.values().stream().map(Registration::service).toList())
			.forEach((service) -> mention(Change.Action.DELETE, service, Duration.ZERO));
		this.registrations.clear();
		this.link.close();
	}

	@Override
	public String toString() {
		return this.link.toString();
	}

	private void tell(String what, Change.Action action, Service service, Duration ttl) {
		byte[] news = NatsJson.news(action, service, ttl);
		this.options.watchSubjects().forEach((subject) -> this.link.publish(what, subject, null, news));
	}

	/** The same without waiting for anything. */
	private void mention(Change.Action action, Service service, Duration ttl) {
		byte[] news = NatsJson.news(action, service, ttl);
		this.options.watchSubjects().forEach((subject) -> this.link.offer(subject, null, news));
	}

	private void ask(String what, String name, String question) {
		this.link.listen(what, this.inbox + ".*", this::answered);
		this.options.querySubjects()
			.forEach((subject) -> this.link.publish(what, subject, this.inbox + "." + question,
					NatsJson.question(name)));
	}

	private String nextQuestion() {
		return Long.toString(this.count.incrementAndGet());
	}

	private void forget(NatsWatch watch) {
		this.questions.remove(watch.question());
		this.watches.remove(watch);
	}

	// what is heard: on one thread, which must not wait

	private void answered(Message answer) {
		Consumer<Message> asker = this.questions.get(answer.getSubject().substring(this.inbox.length() + 1));
		if (asker != null) {
			asker.accept(answer);
		}
	}

	private void answer(Message question) {
		String replyTo = question.getReplyTo();
		String name = (replyTo != null) ? NatsJson.readQuestion(question.getData()) : null;
		if (replyTo == null || name == null) {
			return;
		}
		long now = System.nanoTime();
		this.registrations.forEach((key, registration) -> {
			if ((name.isEmpty() || name.equals(key.service())) && !registration.isOver(now)) {
				this.link.offer(replyTo, null, registration.answer());
			}
		});
	}

	private void hear(Message message) {
		NatsJson.News news = NatsJson.readNews(message.getData());
		if (news == null) {
			return;
		}
		for (NatsWatch watch : this.watches) {
			if (news.present()) {
				watch.present(news.service(), news.ttl());
			}
			else {
				watch.gone(news.service());
			}
		}
	}

	// what is done now and then

	private void sweep() {
		this.link.revive();
		if (this.closed || !this.link.isConnected()) {
			return;
		}
		long now = System.nanoTime();
		if (this.link.takeReturn()) {
			this.returned = now;
			comeBack();
		}
		this.settled = now - this.returned > GRACE.toNanos();
		this.registrations.forEach((key, registration) -> {
			if (registration.isOver(now) && this.registrations.remove(key, registration)) {
				mention(Change.Action.DELETE, registration.service(), Duration.ZERO);
			}
		});
		this.watches.forEach((watch) -> askAfter(watch, watch.overdue(now)));
	}

	/** Says who is here, and asks who else is: what was said meanwhile was not heard. */
	private void comeBack() {
		this.settled = false;
		this.registrations.values()
			.forEach((registration) -> mention(Change.Action.CREATE, registration.service(), registration.ttl()));
		this.watches.forEach((watch) -> {
			watch.forgive(GRACE);
			askAfter(watch, Set.of(watch.name()));
		});
	}

	private void askAfter(NatsWatch watch, Set<String> names) {
		for (String name : (names.size() > MANY) ? Set.of(watch.name()) : names) {
			byte[] question = NatsJson.question(name);
			this.options.querySubjects()
				.forEach((subject) -> this.link.offer(subject, this.inbox + "." + watch.question(), question));
		}
	}

	private void requireOpen() {
		if (this.closed) {
			throw new RegistryException("registry nats is closed", null);
		}
	}

	private record Key(String service, String node) {

	}

	/**
	 * A node that is answered for.
	 *
	 * @param service its service with this node alone
	 * @param ttl how long it lives when it is not renewed, zero for ever
	 * @param deadline when that is over
	 * @param answer what is answered
	 */
	private record Registration(Service service, Duration ttl, long deadline, byte[] answer) {

		boolean isOver(long now) {
			return !this.ttl.isZero() && now - this.deadline > 0;
		}

	}

}
