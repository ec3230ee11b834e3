package io.microspring.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.microspring.concurrent.ExecutorMode;
import io.microspring.concurrent.Threads;
import io.microspring.health.HealthReport;
import org.jspecify.annotations.Nullable;

/**
 * Several registries as one: registers in each, and finds what any of them knows. All are
 * asked at once. One that fails is asked no more until a question in the background is
 * answered; meanwhile what it told last is served. go-micro: {@code registry/multi}
 * (protocol reference §7.9).
 */
final class MultiRegistry implements Registry {

	private final List<Member> members;

	private final Set<MergedWatch> watches = ConcurrentHashMap.newKeySet();

	/** Runs nothing that asks this registry: it never waits for itself. */
	private final ExecutorService asking = Threads.executor(ExecutorMode.AUTO, "micro-registry-multi");

	private final ExecutorService listeners = Threads.executor(ExecutorMode.AUTO, "micro-registry-multi-watch");

	private volatile boolean closed;

	MultiRegistry(List<Registry> registries) {
		this.members = registries.stream()
			.map((registry) -> new Member(registry, this.listeners, this::isGone, this::isBack))
			.toList();
	}

	@Override
	public String name() {
		return this.members.stream().map(Member::name).collect(Collectors.joining(","));
	}

	@Override
	public void register(Service service, Duration ttl) {
		if (service.nodes().isEmpty()) {
			throw new IllegalArgumentException("register " + service.name() + ": at least one node is needed");
		}
		requireOpen();
		List<Answer<Service>> answers = ask((member) -> {
			member.register(service, ttl);
			return service;
		});
		if (answers.stream().allMatch(Answer::isFailure)) {
			// The caller knows, and decides whether to try again.
			throw failure("register " + service.name(), answers);
		}
		owe(service, ttl, answers);
	}

	@Override
	public void deregister(Service service) {
		requireOpen();
		List<Answer<Service>> answers = ask((member) -> {
			member.deregister(service);
			return service;
		});
		owe(service, null, answers);
		isGone(service);
		if (answers.stream().allMatch(Answer::isFailure)) {
			throw failure("deregister " + service.name(), answers);
		}
	}

	private void owe(Service service, @Nullable Duration ttl, List<Answer<Service>> answers) {
		for (int i = 0; i < answers.size(); i++) {
			if (answers.get(i).isFailure()) {
				this.members.get(i).owe(service, ttl, answers.get(i).failure());
			}
		}
	}

	@Override
	public List<Service> get(String name) {
		requireOpen();
		List<Answer<List<Service>>> answers = ask((member) -> member.get(name));
		List<Service> merged = merged(answers);
		if (merged.isEmpty() && answers.stream().anyMatch(Answer::isFailure)) {
			throw failure("look up " + name, answers);
		}
		return merged;
	}

	@Override
	public List<Service> list() {
		requireOpen();
		List<Answer<List<Service>>> answers = ask(Member::list);
		if (answers.stream().allMatch(Answer::isFailure)) {
			throw failure("list services", answers);
		}
		return merged(answers);
	}

	@Override
	public Watcher watch(String name, Consumer<Change> listener) {
		requireOpen();
		MergedWatch watch = new MergedWatch(name, this.members, this.listeners, listener, this.watches::remove);
		this.watches.add(watch);
		List<RuntimeException> failures = watch.start();
		boolean interrupted = !failures.isEmpty() && Thread.currentThread().isInterrupted();
		if (this.closed || interrupted || failures.size() == this.members.size()) {
			watch.close();
			requireOpen();
			throw failure("watch " + (name.isEmpty() ? "everything" : name),
					failures.stream().map((ex) -> new Answer<Service>(null, ex)).toList());
		}
		return watch;
	}

	/** Up when all are, down when all are. */
	@Override
	public HealthReport health() {
		List<Answer<HealthReport>> answers = ask(Member::health);
		Map<String, String> details = new TreeMap<>();
		List<String> troubles = new ArrayList<>();
		int down = 0;
		for (int i = 0; i < answers.size(); i++) {
			HealthReport report = answers.get(i).orElse(HealthReport::down);
			String name = label(i);
			details.put(name, report.state() + ": " + report.detail());
			report.details().forEach((key, value) -> details.put(name + "." + key, value));
			if (report.state() != HealthReport.State.UP) {
				troubles.add(name + ": " + report.detail());
			}
			down += (report.state() == HealthReport.State.DOWN) ? 1 : 0;
		}
		HealthReport report;
		if (troubles.isEmpty()) {
			report = HealthReport.up("registries " + name() + " answer");
		}
		else if (down == answers.size()) {
			report = HealthReport.down(String.join("; ", troubles));
		}
		else {
			report = HealthReport.degraded(String.join("; ", troubles));
		}
		return report.with(details);
	}

	@Override
	public String hint() {
		return this.members.stream()
			.filter((member) -> !member.hint().isEmpty())
			.map((member) -> member.name() + ": " + member.hint())
			.collect(Collectors.joining("; "));
	}

	/** Two of one kind are told apart by their place. */
	private String label(int index) {
		String name = this.members.get(index).name();
		boolean alone = this.members.stream().filter((member) -> member.name().equals(name)).count() == 1;
		return alone ? name : name + "-" + (index + 1);
	}

	@Override
	public void close() {
		this.closed = true;
		this.watches.forEach(MergedWatch::close);
		this.members.forEach(Member::close);
		this.asking.shutdown();
		this.listeners.shutdown();
	}

	@Override
	public String toString() {
		return this.members.stream().map(Member::toString).collect(Collectors.joining("; "));
	}

	private void requireOpen() {
		if (this.closed) {
			throw new RegistryException("registry " + name() + " is closed", null);
		}
	}

	/**
	 * What one knows to be gone, another that is down does not bring back from memory.
	 */
	private void isGone(Service gone) {
		this.members.forEach((member) -> member.forget(gone));
	}

	private void isBack(Member member) {
		this.watches.forEach((watch) -> watch.lookAgain(this.members.indexOf(member)));
	}

	/** Asks all at once: as slow as the slowest. */
	private <T> List<Answer<T>> ask(Function<Member, T> question) {
		List<CompletableFuture<T>> futures = new ArrayList<>();
		for (Member member : this.members.subList(1, this.members.size())) {
			futures.add(later(question, member));
		}
		CompletableFuture<T> first = new CompletableFuture<>();
		run(question, this.members.get(0), first);
		futures.add(0, first);
		return futures.stream().map(this::await).toList();
	}

	private <T> CompletableFuture<T> later(Function<Member, T> question, Member member) {
		CompletableFuture<T> future = new CompletableFuture<>();
		try {
			this.asking.execute(() -> run(question, member, future));
		}
		catch (RejectedExecutionException ex) {
			run(question, member, future);
		}
		return future;
	}

	private static <T> void run(Function<Member, T> question, Member member, CompletableFuture<T> future) {
		try {
			future.complete(question.apply(member));
		}
		catch (RuntimeException | Error ex) {
			future.completeExceptionally(ex);
		}
	}

	private <T> Answer<T> await(CompletableFuture<T> future) {
		try {
			return new Answer<>(future.get(), null);
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			if (cause instanceof Error error) {
				throw error;
			}
			return new Answer<>(null, (cause instanceof RuntimeException failure) ? failure : new RuntimeException(ex));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RegistryException("interrupted while registry " + name() + " was asked", ex);
		}
	}

	private static List<Service> merged(List<Answer<List<Service>>> answers) {
		return merge(answers.stream().map((answer) -> answer.orElse((reason) -> List.of())).toList());
	}

	/**
	 * Puts together what several registries know. Of a node that several have, the first
	 * registry's word counts.
	 * @param answers what each knows, in the order of the registries
	 * @return one entry per name and version
	 */
	static List<Service> merge(List<List<Service>> answers) {
		List<Service> all = new ArrayList<>();
		for (List<Service> answer : answers) {
			all.addAll(0, answer);
		}
		return Service.byVersion(all);
	}

	private RegistryException failure(String what, Collection<? extends Answer<?>> answers) {
		List<RuntimeException> failures = answers.stream().map(Answer::failure).filter((ex) -> ex != null).toList();
		String reasons = failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
		RegistryException failure = new RegistryException("registry " + name() + " could not " + what + ": " + reasons,
				failures.get(0));
		failures.stream().skip(1).forEach(failure::addSuppressed);
		return failure;
	}

	/** What one registry said, or why it said nothing. */
	private record Answer<T>(@Nullable T value, @Nullable RuntimeException failure) {

		boolean isFailure() {
			return this.failure != null;
		}

		T orElse(Function<String, T> fallback) {
			return (this.value != null) ? this.value
					: fallback.apply((this.failure != null) ? String.valueOf(this.failure.getMessage()) : "");
		}

	}

}
