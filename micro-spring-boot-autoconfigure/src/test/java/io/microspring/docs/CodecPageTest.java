package io.microspring.docs;

import java.util.List;

import io.microspring.client.CallOptions;
import io.microspring.codec.Codec;
import io.microspring.codec.Codecs;
import io.microspring.docs.GreeterApplication.Name;
import io.microspring.message.Message;
import io.microspring.plugins.Plugins;
import io.microspring.plugins.codec.msgpack.MessagePackCodec;
import io.microspring.registry.Registry;
import io.microspring.service.MicroService;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java of {@code docs/codec.md}, run.
 */
class CodecPageTest {

	@Test
	void objectToBodyAndBack() {
		Codec json = Codec.json();
		Message encoded = json.write(Codec.Header.of(Codec.Kind.REQUEST), new Name("John"));
		Object decoded = json.read(Codec.Kind.REQUEST, encoded).body(Name.class);

		assertThat(decoded).isEqualTo(new Name("John"));
	}

	@Test
	void codecOfOnesOwn() {
		Codec mine = Codec.json();
		Codecs codecs = Plugins.catalogue().codecs().with(mine.under("application/vnd.example+json"));
		MicroService service = MicroService.named("greeter").registry(Registry.memory()).codecs(codecs).build();

		assertThat(codecs.find("application/vnd.example+json; charset=utf-8")).isNotNull();
		assertThat(service).isNotNull();
	}

	@Test
	void contentTypeOfACall() {
		CallOptions options = CallOptions.defaults().withContentType("application/msgpack");

		assertThat(Plugins.catalogue().codecs().find("application/msgpack")).isSameAs(MessagePackCodec.bare());
		assertThat(options).isNotNull();
	}

	@Test
	void codecAsABean() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(
				MessagePackOfGo.class)) {
			assertThat(context.getBean(Codec.class).contentTypes()).isEqualTo(List.of("application/msgpack"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class MessagePackOfGo {

		@Bean
		Codec messagePackOfGo() {
			return MessagePackCodec.rpc().under("application/msgpack");
		}

	}

}
