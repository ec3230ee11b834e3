package io.microspring.autoconfigure.client;

import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.concurrent.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Loads Jackson once the application is ready, on a thread of its own: the first call
 * mostly needs it, starting does not.
 */
final class JsonWarmUp implements ApplicationListener<ApplicationReadyEvent> {

	private static final Logger log = LoggerFactory.getLogger(JsonWarmUp.class);

	private final Codecs codecs;

	JsonWarmUp(Codecs codecs) {
		this.codecs = codecs;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		Threads.start("micro-json-warm-up", this::load);
	}

	private void load() {
		Codec json = this.codecs.find(Codecs.JSON);
		if (json == null) {
			return;
		}
		try {
			json.write(Codec.Header.of(Codec.Kind.EVENT), "");
		}
		catch (RuntimeException | LinkageError ex) {
			log.debug("JSON is loaded by the first call: {}", ex.getMessage());
		}
	}

}
