package io.microspring.benchmarks.springmvc;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import io.microspring.benchmarks.BlockingCaller;
import io.microspring.benchmarks.Caller;
import io.microspring.benchmarks.Payload;
import io.microspring.benchmarks.Peer;
import io.microspring.benchmarks.PerPayload;
import io.microspring.benchmarks.Server;

/**
 * JSON over HTTP/1.1 on Spring MVC; it has one variant.
 */
public final class SpringMvc implements Peer {

	@Override
	public Server serve(String variant) {
		ConfigurableApplicationContext context = start(WebApplicationType.SERVLET,
				Map.of("server.address", "127.0.0.1", "server.port", "0", "server.tomcat.accept-count", "2048",
						"server.tomcat.max-keep-alive-requests", "-1"));
		int port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
		return new Server() {

			@Override
			public int port() {
				return port;
			}

			@Override
			public void close() {
				context.close();
			}

		};
	}

	@Override
	public Caller connect(String variant, int port, int concurrency) {
		ConfigurableApplicationContext context = start(WebApplicationType.NONE,
				Map.of("spring.http.clients.imperative.factory", "jdk"));
		return new Client(context,
				context.getBean(RestClient.Builder.class).baseUrl("http://127.0.0.1:" + port).build());
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, Map<String, Object> properties) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(type);
		application.setDefaultProperties(new java.util.HashMap<>(properties) {
			{
				put("spring.threads.virtual.enabled", "true");
				put("spring.main.banner-mode", "off");
				put("logging.level.root", "warn");
			}
		});
		return application.run();
	}

	/**
	 * The message, in both directions.
	 *
	 * @param text the text
	 */
	public record Message(String text) {
	}

	@SpringBootApplication
	static class Application {

	}

	@RestController
	static class Echoer {

		@PostMapping("/echo")
		Message echo(@RequestBody Message message) {
			return message;
		}

	}

	private static final class Client implements BlockingCaller {

		private final ConfigurableApplicationContext context;

		private final RestClient client;

		private final PerPayload<Message> requests = new PerPayload<>((payload) -> new Message(payload.text()));

		private Client(ConfigurableApplicationContext context, RestClient client) {
			this.context = context;
			this.client = client;
		}

		@Override
		public void call(Payload payload) {
			Message answer = this.client.post()
				.uri("/echo")
				.contentType(MediaType.APPLICATION_JSON)
				.body(this.requests.of(payload))
				.retrieve()
				.body(Message.class);
			if (answer == null || answer.text().length() != payload.text().length()) {
				throw new IllegalStateException("the answer is not what was sent");
			}
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

}
