package io.microspring.test.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Threads;
import io.microspring.registry.Node;

/**
 * Plays the Go server over HTTP/2: to each connection it writes what the Go server wrote
 * to that connection, when it has read what the Go server had.
 */
final class Http2GoServer implements AutoCloseable {

	private final List<Http2Script> scripts;

	private final ServerSocket listener;

	private final Queue<String> problems = new ConcurrentLinkedQueue<>();

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final List<Http2Half> clients = new CopyOnWriteArrayList<>();

	private final List<CountDownLatch> serving = new CopyOnWriteArrayList<>();

	/** How many of the recorded connections have been called on. */
	private final AtomicInteger used = new AtomicInteger();

	Http2GoServer(List<Http2Script> scripts) {
		this.scripts = scripts;
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No port can be had on the loopback interface", ex);
		}
		Threads.start("go-http2-server", this::accept);
	}

	/**
	 * The node as a Go server registers it.
	 * @param protocol what it speaks
	 * @param transport what that goes over
	 * @return the node
	 */
	Node node(String protocol, String transport) {
		return new Node("go.micro.srv.greeter-1",
				this.listener.getInetAddress().getHostAddress() + ":" + this.listener.getLocalPort(),
				Map.of("protocol", protocol, "server", protocol, "transport", transport));
	}

	/**
	 * Stops, once all was read that the Go server had read.
	 * @return what went wrong, nothing when all is well
	 */
	List<String> stop() {
		try {
			this.listener.close();
			for (CountDownLatch latch : this.serving) {
				latch.await(Http2Dialogue.PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return List.copyOf(this.problems);
	}

	/**
	 * What the client wrote on the connections that it made calls on.
	 * @return its side of each
	 */
	List<Http2Stream> requests() {
		List<Http2Stream> requests = new ArrayList<>();
		this.clients.forEach((client) -> requests.addAll(client.streams()));
		return requests;
	}

	/** Ends the connections; whoever waits on one sees its end. */
	@Override
	public void close() {
		try {
			this.listener.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.listener.accept();
				this.sockets.add(socket);
				CountDownLatch latch = new CountDownLatch(1);
				this.serving.add(latch);
				int next = this.used.get();
				if (next < this.scripts.size()) {
					Threads.start("go-http2-server-" + next, () -> serve(next, socket, latch));
				}
				else {
					this.problems.add("connection " + (next + 1) + " for " + this.scripts.size());
					socket.close();
					latch.countDown();
				}
			}
		}
		catch (IOException expected) {
			// closed: nobody else calls
		}
	}

	private void serve(int index, Socket socket, CountDownLatch latch) {
		Http2Script script = this.scripts.get(index);
		Http2Dialogue dialogue = new Http2Dialogue(script, false, socket);
		this.clients.add(dialogue.peer());
		dialogue.onCall(() -> this.used.compareAndSet(index, index + 1));
		try (socket) {
			dialogue.play();
			latch.countDown();
			if (!script.closedByServer()) {
				// Longer than a client waits for an answer that does not come.
				dialogue.linger(Http2Dialogue.PATIENCE.multipliedBy(3));
			}
		}
		catch (IOException expected) {
			// the client hung up
		}
		finally {
			latch.countDown();
		}
	}

}
