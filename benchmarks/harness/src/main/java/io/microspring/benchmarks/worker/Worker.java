package io.microspring.benchmarks.worker;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.Probe;

/**
 * A process of a peer: its server, its client, or a probe. It answers the controller's
 * lines on standard input by lines on standard output, and ends with the controller: at
 * the end of its input. What a peer itself prints goes to standard error.
 */
public final class Worker {

	private final BufferedReader commands = new BufferedReader(
			new InputStreamReader(System.in, StandardCharsets.UTF_8));

	private final PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
			StandardCharsets.UTF_8);

	private Worker() {
	}

	/**
	 * Starts a process of a peer.
	 * @param arguments {@code server CLASS VARIANT}, {@code client CLASS VARIANT PORT} or
	 * {@code probe CLASS VARIANT}
	 * @throws Exception when the peer cannot be started
	 */
	public static void main(String[] arguments) throws Exception {
		System.setOut(System.err);
		int status = 0;
		try {
			new Worker().run(arguments);
		}
		catch (Throwable ex) {
			System.err.println(Failures.describe(ex));
			ex.printStackTrace();
			status = 1;
		}
		// Whatever threads a peer leaves behind end too.
		System.exit(status);
	}

	private void run(String[] arguments) throws Exception {
		Object instance = Class.forName(arguments[1]).getDeclaredConstructor().newInstance();
		try (Role role = role(arguments, instance)) {
			this.answers.println(role.ready());
			String command = this.commands.readLine();
			while (command != null) {
				answer(role, command);
				command = this.commands.readLine();
			}
			endWhatever();
		}
	}

	/** The controller is gone; what does not close in time is not waited for. */
	private static void endWhatever() {
		Thread end = new Thread(() -> {
			LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
			Runtime.getRuntime().halt(2);
		}, "end");
		end.setDaemon(true);
		end.start();
	}

	private Role role(String[] arguments, Object instance) throws Exception {
		return switch (arguments[0]) {
			case "server" -> new ServerRole(((Peer) instance).serve(arguments[2]));
			case "client" -> new ClientRole((Peer) instance, arguments[2], Integer.parseInt(arguments[3]));
			case "probe" -> new ProbeRole((Probe) instance, arguments[2]);
			default -> throw new IllegalArgumentException("A worker is server, client or probe: " + arguments[0]);
		};
	}

	private void answer(Role role, String command) {
		try {
			if (command.equals("usage")) {
				this.answers.println(Usage.ofThisProcess().toLine());
			}
			else if (command.equals("collect")) {
				this.answers.println(Usage.afterCollection().toLine());
			}
			else {
				role.obey(command.split(" "), this.answers::println);
			}
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			this.answers.println("failed " + Failures.describe(ex));
		}
	}

}
