package io.microspring.docs;

import io.microspring.docs.GreeterApplication.Name;
import org.springframework.stereotype.Component;

@Component
class Visitor {

	private final SayClient say;

	Visitor(SayClient say) {
		this.say = say;
	}

	String visit() {
		return this.say.hello(new Name("John")).msg();
	}

}
