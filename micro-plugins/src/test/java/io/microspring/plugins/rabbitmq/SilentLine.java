package io.microspring.plugins.rabbitmq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.microspring.concurrent.Threads;

/**
 * A port in front of a server that can fall silent: it lets everybody in, and what is
 * said by either side goes nowhere.
 */
final class SilentLine implements AutoCloseable {

	private final ServerSocket listener;

	private final int server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile boolean silent;

	SilentLine(String server) {
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server = Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
		Threads.start("silent-line", this::accept);
	}

	String address() {
		return "127.0.0.1:" + this.listener.getLocalPort();
	}

	/** How often it was called. */
	int calls() {
		return this.calls.get();
	}

	SilentLine fallSilent() {
		this.silent = true;
		return this;
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket caller = this.listener.accept();
				Socket called = new Socket(InetAddress.getLoopbackAddress(), this.server);
				this.sockets.add(caller);
				this.sockets.add(called);
				this.calls.incrementAndGet();
				Threads.start("silent-line-there", () -> pass(caller, called));
				Threads.start("silent-line-back", () -> pass(called, caller));
			}
			catch (IOException ex) {
				// The test is over.
			}
		}
	}

	private void pass(Socket from, Socket to) {
		byte[] buffer = new byte[8192];
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				if (!this.silent) {
					out.write(buffer, 0, length);
				}
			}
		}
		catch (IOException ex) {
			// Either side has hung up.
		}
	}

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

}
