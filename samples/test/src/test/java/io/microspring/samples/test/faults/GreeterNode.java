package io.microspring.samples.test.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.server.Call;
import io.microspring.server.Handler;
import io.microspring.service.MicroService;

/**
 * One of the greeters: the program of a process of its own. {@code Greeter.Hello} may be
 * called twice, {@code Greeter.Book} may not: what it has executed stands in a file.
 */
public final class GreeterNode {

	static final String SERVICE = "greeter";

	/** How long a call takes, so that some are under way at any time. */
	private static final long MILLIS = 10;

	private final String id;

	private final Path bookings;

	private GreeterNode(String id, Path bookings) {
		this.id = id;
		this.bookings = bookings;
	}

	/**
	 * Serves until it is told to end.
	 * @param args the address of etcd, the node's id, its address, and the file for what
	 * it has booked
	 */
	@SuppressWarnings("checkstyle:RegexpSinglelineJava")
	public static void main(String[] args) {
		GreeterNode node = new GreeterNode(args[1], Path.of(args[3]));
		Handler handler = Handler.named("Greeter")
			.unary("Hello", Integer.class, String.class, node::hello)
			.unary("Book", Integer.class, String.class, node::book)
			.build();
		MicroService service = MicroService.named(SERVICE)
			.registry(new EtcdRegistry(EtcdOptions.defaults().withAddress(args[0])))
			.server((options) -> options.withId(args[1]))
			.address(args[2])
			.handle(handler)
			.build();
		service.start();
		System.out.println("serving on " + service.server().address());
		service.run();
	}

	private String hello(Call call) {
		pause();
		return this.id;
	}

	private String book(Call call) {
		try {
			Files.writeString(this.bookings, call.request() + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		pause();
		return this.id;
	}

	private static void pause() {
		new CompletableFuture<Void>().completeOnTimeout(null, MILLIS, TimeUnit.MILLISECONDS).join();
	}

}
