package io.microspring.autoconfigure.server;

import java.util.Map;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.microspring.server.RecentLog;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Feeds what Logback logs to the log that {@code Debug.Log} tells, until it is destroyed.
 * Without Logback behind SLF4J it feeds nothing.
 */
final class LogbackFeed extends AppenderBase<ILoggingEvent> implements DisposableBean {

	private final RecentLog log;

	LogbackFeed(RecentLog log) {
		this.log = log;
		if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
			setContext(context);
			setName("micro-debug-log");
			start();
			root(context).addAppender(this);
		}
	}

	@Override
	protected void append(ILoggingEvent event) {
		String text = event.getFormattedMessage();
		if (event.getThrowableProxy() != null) {
			text = text + System.lineSeparator() + ThrowableProxyUtil.asString(event.getThrowableProxy());
		}
		this.log.add(event.getInstant(), text, Map.of("level", event.getLevel().toString(), "logger",
				event.getLoggerName(), "thread", event.getThreadName()));
	}

	@Override
	public void destroy() {
		if (getContext() instanceof LoggerContext context) {
			root(context).detachAppender(this);
			stop();
		}
	}

	private static Logger root(LoggerContext context) {
		return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

}
