package io.microspring.benchmarks.controller;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.controller.Results.Figure;
import io.microspring.benchmarks.controller.Row.Ability;
import io.microspring.benchmarks.worker.Load;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class SessionTest {

	private static final Row GOOD = new Row("good", "tiny", TinyPeer.class.getName(), "good", Ability.CALLS);

	private static final Row REFUSES = new Row("refuses", "tiny", TinyPeer.class.getName(), "refuses", Ability.CALLS);

	private static final Row DIES = new Row("dies", "tiny", TinyPeer.class.getName(), "dies", Ability.CALLS);

	private static final Row PROBE = new Row("probe", "tiny", TinyProbe.class.getName(), "three", Ability.PROBE);

	@TempDir
	private Path benchmarks;

	private Setup setup;

	private final List<String> progress = new CopyOnWriteArrayList<>();

	@BeforeEach
	void buildTheModuleOfThePeers() throws Exception {
		Path target = Files.createDirectories(this.benchmarks.resolve("tiny/target"));
		Files.writeString(target.resolve("classpath.txt"), System.getProperty("java.class.path") + File.pathSeparator
				+ System.getProperty("surefire.test.class.path", ""));
		this.setup = new Setup(this.benchmarks, Path.of(System.getProperty("java.home")));
	}

	@Test
	void twoProcessesCallEachOtherAndAreMeasured() throws Exception {
		Plan plan = plan(List.of(GOOD), List.of(PROBE));

		try (Session session = new Session(this.setup, plan, this.progress::add)) {
			Results results = session.run();

			assertThat(session.problems()).isEmpty();
			assertThat(results.spread(new Figure("closed-4-100", "good", "rate")).median()).isGreaterThan(100);
			assertThat(results.spread(new Figure("closed-4-100", "good", "rate")).count()).isEqualTo(2);
			assertThat(results.spread(new Figure("closed-4-100", "good", "server-bytes")).median()).isPositive();
			assertThat(results.spread(new Figure("once", "good", "start-seconds")).median()).isPositive();
			assertThat(results.spread(Figure.ofProbe("answer", "count"))).isEqualTo(new Spread(3, 3, 3, 2));
			assertThat(Report.csv(results)).contains("closed-4-100,good,rate,1,")
				.contains("probes,answer,count,2,3.0000");
		}
	}

	@Test
	void aPeerThatFailsIsNamedAndTheOthersGoOn() {
		try (Session session = new Session(this.setup, plan(List.of(REFUSES, GOOD, DIES), List.of()),
				this.progress::add)) {
			Results results = session.run();

			assertThat(session.problems()).anySatisfy((problem) -> assertThat(problem).startsWith("refuses")
				.contains("java.lang.IllegalStateException: refused"));
			assertThat(session.problems())
				.anySatisfy((problem) -> assertThat(problem).startsWith("dies does not start").contains("ended"));
			assertThat(results.rows("closed-4-100")).containsExactly("good");
		}
	}

	@Test
	void noProcessIsLeftBehind() {
		Session session = new Session(this.setup, plan(List.of(GOOD), List.of(PROBE)), this.progress::add);
		session.run();
		assertThat(ProcessHandle.current().children().filter(SessionTest::isWorker)).hasSize(3);

		session.close();

		assertThat(ProcessHandle.current().children().filter(SessionTest::isWorker)).isEmpty();
	}

	private static boolean isWorker(ProcessHandle process) {
		return process.info().commandLine().orElse("").contains("io.microspring.benchmarks.worker.Worker");
	}

	private static Plan plan(List<Row> rows, List<Row> probes) {
		return new Plan(List.of(new Group(Load.closed(4, 100), rows)), probes, 2, Duration.ofMillis(300),
				Duration.ofMillis(50), Duration.ofMillis(400));
	}

}
