package io.microspring.benchmarks.controller;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.microspring.benchmarks.controller.Plan.Group;
import io.microspring.benchmarks.controller.Results.Figure;
import io.microspring.benchmarks.worker.Load;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ProgramTest {

	private static final String ANSWERS = """
			#!/bin/sh
			if [ "$1" = server ]; then echo "ready 7777 $$"; else echo ready; fi
			while read -r line; do
			  case "$line" in
			    FIRST*) echo done ;;
			    CLOSED*) echo "usage 0 0"; echo "usage 0 0"; echo "result $2 1000000000 0 1 2 3 4 " ;;
			    *) echo "usage 0 0" ;;
			  esac
			done
			""";

	@TempDir
	private Path benchmarks;

	@Test
	void aProgramThatTheEnvironmentNamesIsMeasuredByItsLines() throws Exception {
		Path program = Files.writeString(this.benchmarks.resolve("program"), ANSWERS);
		Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
		List<Row> rows = Rows.programs(Map.of("GO_MICRO_HTTP", program.toString(), "GO_MICRO_GRPC", ""));
		Plan plan = new Plan(List.of(new Group(Load.closed(4, 100), rows)), List.of(), 1, Duration.ofMillis(10),
				Duration.ofMillis(10), Duration.ofMillis(10));
		Setup setup = new Setup(this.benchmarks, Path.of(System.getProperty("java.home")));

		try (Session session = new Session(setup, plan, (line) -> {
		})) {
			Results results = session.run();

			assertThat(session.problems()).isEmpty();
			assertThat(results.rows("closed-4-100")).containsExactly("gomicro-http");
			assertThat(results.spread(new Figure("closed-4-100", "gomicro-http", "rate")).median()).isEqualTo(7777);
		}
	}

}
