package io.microspring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.etcd.jetcd.api.KVGrpc;
import io.microspring.annotation.MicroClient;
import io.microspring.annotation.MicroHandler;
import io.microspring.annotation.MicroSubscriber;
import io.microspring.autoconfigure.registry.RegistryProperties;
import io.microspring.autoconfigure.registry.StaticProperties;
import io.microspring.call.MicroEndpoint;
import io.microspring.concurrent.Threads;
import org.junit.jupiter.api.Test;

import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.consul.ConsulClient;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application can be processed ahead of time, and a native image is told what it has
 * to know.
 */
class MicroAotTest {

	private final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();

	private final RuntimeHints hints = process();

	@Test
	void anInterfaceThatCallsIsAProxyAndKnowsWhatItSends() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(SayClient.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(SayClient.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Question.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Answer.class)).accepts(this.hints);
	}

	@Test
	void theNameOfAServiceIsNotFrozenAtBuildTime() throws IOException {
		List<String> sources = new ArrayList<>();
		for (InputStreamSource file : this.files.getGeneratedFiles(Kind.SOURCE).values()) {
			try (InputStream source = file.getInputStream()) {
				sources.add(new String(source.readAllBytes(), StandardCharsets.UTF_8));
			}
		}
		assertThat(sources).anyMatch((source) -> source.contains("SayClient.class"));
		assertThat(sources).noneMatch((source) -> source.contains("frozen"));
	}

	@Test
	void aHandlerAndASubscriberCanBeInvoked() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Say.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Listening.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Handled.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(News.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Hidden.class)).rejects(this.hints);
	}

	@Test
	void whatIsLookedUpByNameIsKnown() {
		assertThat(RuntimeHintsPredicates.reflection().onType(ConsulClient.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(KVGrpc.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(ReflectionUtils.findMethod(AbstractConnectionFactory.class, "getAddresses")))
			.accepts(this.hints);
		if (Threads.hasVirtual()) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(Thread.class)
				.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).accepts(this.hints);
		}
	}

	@Test
	void propertiesCanBeBound() {
		assertThat(RuntimeHintsPredicates.reflection().onType(RegistryProperties.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(RegistryProperties.Cache.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(StaticProperties.StaticNode.class)).accepts(this.hints);
	}

	private RuntimeHints process() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues.of("target=frozen").applyTo(context);
			context.register(Application.class);
			DefaultGenerationContext generation = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get(getClass())), this.files);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
			return generation.getRuntimeHints();
		}
	}

	record Question(String text) {

	}

	record Answer(String text) {

	}

	record Handled(String text) {

	}

	record News(String text) {

	}

	record Hidden(String text) {

	}

	@MicroClient("${target}")
	interface SayClient {

		Answer ask(Question question);

	}

	@MicroHandler
	static class Say {

		public Handled handle(Handled in) {
			return in;
		}

		@MicroEndpoint(exposed = false)
		public Hidden hide(Hidden in) {
			return in;
		}

	}

	static class Listening {

		@MicroSubscriber(topic = "news")
		public void onNews(News news) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@AutoConfigurationPackage
	@Import({ Say.class, Listening.class })
	static class Application {

	}

}
