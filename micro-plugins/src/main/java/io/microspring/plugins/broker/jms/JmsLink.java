package io.microspring.plugins.broker.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection with its session, for one thread at a time; it ends with the first fault.
 */
final class JmsLink {

	private static final Logger log = LoggerFactory.getLogger(JmsLink.class);

	private final Connection connection;

	private final Provider provider;

	private final Session session;

	private volatile boolean broken;

	/**
	 * Connects.
	 * @param factory where to
	 * @param options who comes
	 * @throws JMSException when the server cannot be reached or refuses
	 */
	JmsLink(ConnectionFactory factory, JmsOptions options) throws JMSException {
		this.connection = options.username().isEmpty() ? factory.createConnection()
				: factory.createConnection(options.username(), options.password());
		try {
			this.connection.setExceptionListener((ex) -> this.broken = true);
			this.provider = Provider.of(this.connection);
			this.session = this.provider.session(this.connection);
			this.connection.start();
		}
		catch (JMSException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	Provider provider() {
		return this.provider;
	}

	Session session() {
		return this.session;
	}

	/** Whether the server was lost, as far as the driver has noticed. */
	boolean isBroken() {
		return this.broken;
	}

	void close() {
		try {
			this.connection.close();
		}
		catch (JMSException | JMSRuntimeException ex) {
			log.debug("A connection ends without a word", ex);
		}
	}

	/** Whether the server is there, and credentials are wrong or rights are missing. */
	static boolean isDenied(Throwable failure) {
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (each instanceof JMSSecurityException || each instanceof JMSSecurityRuntimeException
					|| each instanceof SecurityException) {
				return true;
			}
		}
		return false;
	}

	/** What happened, in one line. */
	static String reason(Throwable failure) {
		Throwable root = failure;
		while (root.getMessage() == null && root.getCause() != null) {
			root = root.getCause();
		}
		return (root.getMessage() != null) ? root.getMessage() : root.toString();
	}

}
