package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.worker.Load;

/**
 * The controller's command line.
 */
public final class Bench {

	private Bench() {
	}

	/**
	 * Measures.
	 * @param arguments {@code quick ROW[,ROW...] LOAD[,LOAD...] [SECONDS]}, where a load
	 * is a number of calls at a time, with {@code x} and a size if it is not 100 B
	 * ({@code 16x65536}) and {@code @} and calls a second if they begin by the clock
	 * ({@code 16@5000}), or {@code stream}; or {@code goals} or {@code full}, and after
	 * it which rows if not all
	 * @throws IOException when results cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		int status = 2;
		try {
			status = run(arguments);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
		}
		System.exit(status);
	}

	private static int run(String[] arguments) throws IOException {
		Setup setup = new Setup(Path.of(System.getProperty("benchmarks", "benchmarks")), javaHome());
		String command = (arguments.length > 0) ? arguments[0] : "";
		if (command.equals("quick") && arguments.length > 2) {
			quick(setup, arguments);
		}
		else if (command.equals("goals") || command.equals("full")) {
			Plan all = command.equals("goals") ? Plan.of(Goals.all()) : Plan.full();
			Plan plan = (arguments.length > 1) ? all.only(each(arguments[1], Rows::known)) : all;
			measure(setup, asSet(plan), command);
		}
		else {
			System.err.println("quick ROW[,ROW...] LOAD[,LOAD...] [SECONDS]; rows: "
					+ Rows.all().stream().map(Row::name).toList());
			return 2;
		}
		return 0;
	}

	private static void quick(Setup setup, String[] arguments) {
		double seconds = (arguments.length > 3) ? Double.parseDouble(arguments[3]) : 2;
		List<Row> rows = each(arguments[1], Rows::named);
		List<Group> groups = each(arguments[2], (text) -> among(rows, load(text)));
		Plan plan = new Plan(groups, List.of(), 3, Duration.ofSeconds(5), Duration.ofMillis(300), millis(seconds));
		try (Session session = new Session(setup, asSet(plan), Bench::say)) {
			Results results = session.run();
			groups.forEach((group) -> System.out.print(QuickTable.of(group, results)));
		}
	}

	private static Group among(List<Row> rows, Load load) {
		return new Group(load, rows.stream().filter((row) -> row.can(load)).toList());
	}

	/** As the environment has it. */
	private static Plan asSet(Plan plan) {
		return new Plan(plan.groups(), plan.probes(), (int) setting("ROUNDS", plan.rounds()),
				millis(setting("WARM", seconds(plan.warmUp()))), plan.ramp(),
				millis(setting("WINDOW", seconds(plan.window()))));
	}

	private static void measure(Setup setup, Plan plan, String name) throws IOException {
		Duration length = plan.length();
		say(String.format(Locale.ROOT, "%d rows, %d probes, %d rounds: about %d:%02d minutes", plan.rows().size(),
				plan.probes().size(), plan.rounds(), length.toMinutes(), length.toSecondsPart()));
		List<Goal> goals = Goals.all();
		try (Session session = new Session(setup, plan, Bench::say)) {
			Report report = Report.begin(setup, plan);
			Results results = session.run();
			report.write(name, results, goals, session.problems());
			System.out.println(Goals.line(goals, results));
		}
	}

	private static void say(String line) {
		System.out.println(line);
	}

	private static Duration millis(double seconds) {
		return Duration.ofMillis((long) (seconds * 1000));
	}

	private static double seconds(Duration duration) {
		return duration.toMillis() / 1e3;
	}

	private static <T> List<T> each(String text, Function<String, T> item) {
		return Arrays.stream(text.split(",")).map(item).toList();
	}

	private static Load load(String text) {
		String[] rated = text.split("@");
		String[] sized = rated[0].split("x");
		int bytes = (sized.length > 1) ? Integer.parseInt(sized[1]) : 100;
		if (sized[0].equals("stream")) {
			return Load.stream(bytes);
		}
		int concurrency = Integer.parseInt(sized[0]);
		return (rated.length > 1) ? Load.open(concurrency, bytes, Integer.parseInt(rated[1]))
				: Load.closed(concurrency, bytes);
	}

	private static double setting(String name, double otherwise) {
		String value = System.getenv(name);
		return (value != null && !value.isEmpty()) ? Double.parseDouble(value) : otherwise;
	}

	private static Path javaHome() {
		String chosen = System.getenv("BENCH_JDK");
		Path home = Path.of((chosen != null && !chosen.isEmpty()) ? chosen : System.getProperty("java.home"));
		if (!Files.isExecutable(home.resolve("bin/java"))) {
			throw new IllegalArgumentException("There is no Java at " + home);
		}
		return home;
	}

}
