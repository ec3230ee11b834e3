package io.microspring.plugins.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Threads;

/** A server that lets everybody in, and hangs up at once. */
public final class HangingUp implements AutoCloseable {

	private final ServerSocket listener;

	private final Dialogue dialogue;

	private final AtomicInteger calls = new AtomicInteger();

	public HangingUp(Dialogue dialogue) {
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.dialogue = dialogue;
		Threads.start("hanging-up", this::run);
	}

	private void run() {
		while (!this.listener.isClosed()) {
			try (Socket caller = this.listener.accept()) {
				this.calls.incrementAndGet();
				this.dialogue.speak(new DataInputStream(caller.getInputStream()), caller.getOutputStream());
			}
			catch (IOException ex) {
				// The caller has hung up first, or the test is over.
			}
		}
	}

	public String address() {
		return "127.0.0.1:" + this.listener.getLocalPort();
	}

	/** How often it was called. */
	public int calls() {
		return this.calls.get();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What is said before it hangs up. */
	@FunctionalInterface
	public interface Dialogue {

		void speak(DataInputStream in, OutputStream out) throws IOException;

	}

}
