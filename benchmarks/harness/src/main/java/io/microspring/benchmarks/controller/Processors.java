package io.microspring.benchmarks.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel says of processor time, in seconds; zero where there is no
 * {@code /proc}.
 */
final class Processors {

	/**
	 * Ticks of a second, which Linux has told programs on all its processors since 2.6.
	 */
	private static final double TICKS = 100;

	private static final Path PROC = Path.of("/proc");

	private Processors() {
	}

	/**
	 * What a process has used since it started.
	 * @param pid the process
	 * @return seconds, in the process and in the kernel for it
	 */
	static double of(long pid) {
		String line = read(PROC.resolve(pid + "/stat"));
		// The name of the program, in brackets, may contain blanks.
		String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
		return (fields.length > 12) ? (Double.parseDouble(fields[11]) + Double.parseDouble(fields[12])) / TICKS : 0;
	}

	/**
	 * What all processes have used since the machine started.
	 * @return seconds, of all processors together
	 */
	static double ofAll() {
		String[] fields = read(PROC.resolve("stat")).lines().findFirst().orElse("").split(" +");
		double busy = 0;
		// user nice system idle iowait irq softirq
		for (int field : new int[] { 1, 2, 3, 6, 7 }) {
			busy += (fields.length > field) ? Double.parseDouble(fields[field]) : 0;
		}
		return busy / TICKS;
	}

	/**
	 * The memory of a process that is in the machine's.
	 * @param pid the process
	 * @return KiB
	 */
	static double residentKib(long pid) {
		return read(PROC.resolve(pid + "/status")).lines()
			.filter((line) -> line.startsWith("VmRSS:"))
			.mapToDouble((line) -> Double.parseDouble(line.replaceAll("\\D", "")))
			.findFirst()
			.orElse(0);
	}

	private static String read(Path file) {
		if (!Files.isReadable(file)) {
			return "";
		}
		try {
			return Files.readString(file, StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
