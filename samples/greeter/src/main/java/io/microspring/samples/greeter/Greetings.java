package io.microspring.samples.greeter;

import io.microspring.annotation.MicroSubscriber;
import io.microspring.errors.MicroException;
import io.microspring.samples.greeter.proto.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Hears of greetings.
 */
@Component
public class Greetings {

	private static final Logger log = LoggerFactory.getLogger(Greetings.class);

	@MicroSubscriber(topic = "go.micro.evt.greeting")
	public void onGreeting(Event event) {
		if (event.getMessage().equals("error")) {
			throw MicroException.badRequest("go.micro.srv.greeter.event", "bad event");
		}
		log.info("Heard: {}", event.getMessage());
	}

}
