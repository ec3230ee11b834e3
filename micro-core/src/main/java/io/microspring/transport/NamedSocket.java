package io.microspring.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLSocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * A socket that is dialled by one name, and then has TLS over it for another. The JDK's
 * own takes the dialled name for as good as the other: whoever has a certificate for that
 * would be believed.
 */
final class NamedSocket extends Socket {

	private final SSLSocketFactory factory;

	private final String name;

	private final AtomicBoolean closing = new AtomicBoolean();

	private volatile @Nullable Socket secured;

	/**
	 * One that is not dialled yet.
	 * @param factory lays TLS over it
	 * @param name the name that must stand in the certificate
	 */
	NamedSocket(SSLSocketFactory factory, String name) {
		this.factory = factory;
		this.name = name;
	}

	@Override
	public void connect(SocketAddress endpoint) throws IOException {
		connect(endpoint, 0);
	}

	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		super.connect(endpoint, timeout);
		// Until here its streams are those below TLS, which are asked for once.
		this.secured = this.factory.createSocket(this, this.name, getPort(), true);
	}

	@Override
	public InputStream getInputStream() throws IOException {
		Socket above = this.secured;
		return (above != null) ? above.getInputStream() : super.getInputStream();
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		Socket above = this.secured;
		return (above != null) ? above.getOutputStream() : super.getOutputStream();
	}

	/** Closes TLS, which closes this once more. */
	@Override
	public void close() throws IOException {
		Socket above = this.secured;
		try {
			if (above != null && this.closing.compareAndSet(false, true)) {
				above.close();
			}
		}
		finally {
			super.close();
		}
	}

}
