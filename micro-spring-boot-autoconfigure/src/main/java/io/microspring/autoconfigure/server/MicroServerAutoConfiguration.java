package io.microspring.autoconfigure.server;

import java.util.Set;

import io.microspring.autoconfigure.client.MicroClientAutoConfiguration;
import io.microspring.broker.Broker;
import io.microspring.client.ClientOptions;
import io.microspring.codec.Codecs;
import io.microspring.registry.Registry;
import io.microspring.server.HandlerInterceptor;
import io.microspring.server.MicroExceptionHandler;
import io.microspring.server.RecentLog;
import io.microspring.server.Server;
import io.microspring.server.ServerBuilder;
import io.microspring.server.ServerOptions;
import io.microspring.server.SubscriberInterceptor;
import io.microspring.transport.Transport;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The server, with the handlers and subscribers of the application. It listens and
 * registers when there is one of them, or when {@code micro.server.enabled} is true.
 */
@AutoConfiguration(after = MicroClientAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ServerProperties.class)
public final class MicroServerAutoConfiguration {

	/** go-micro's names of the one protocol; its first generation said rpc. */
	private static final Set<String> TYPES = Set.of("mucp", "rpc");

	@Bean
	@ConditionalOnMissingBean
	ServerOptions microServerOptions(ServerProperties properties, Environment environment,
			ObjectProvider<RecentLog> log) {
		if (!TYPES.contains(properties.type())) {
			throw new InvalidConfigurationPropertyValueException("micro.server.type", properties.type(),
					"There is no such server; there is mucp.");
		}
		return properties.toOptions(environment.getProperty("spring.application.name"), log.getIfAvailable());
	}

	/**
	 * The log as {@code Debug.Log} tells it. An application with another logging system
	 * has a {@link RecentLog} of its own and feeds it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "ch.qos.logback.classic.LoggerContext")
	@Conditional(OnLogLines.class)
	@ConditionalOnMissingBean(RecentLog.class)
	static class DebugLogConfiguration {

		@Bean
		RecentLog microRecentLog(ServerProperties properties) {
			return RecentLog.of(properties.debug().logLines());
		}

		@Bean
		LogbackFeed microLogbackFeed(RecentLog log) {
			return new LogbackFeed(log);
		}

	}

	/** Not by an expression, whose language would be loaded for this alone. */
	static final class OnLogLines extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			int lines = context.getEnvironment().getProperty("micro.server.debug.log-lines", Integer.class, 0);
			return new ConditionOutcome(lines > 0, ConditionMessage.of("micro.server.debug.log-lines is %s", lines));
		}

	}

	/**
	 * What serves, unless {@code micro.server.enabled} is false.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "micro.server.enabled", matchIfMissing = true)
	static class ServerConfiguration {

		@Bean
		@Scope("prototype")
		@ConditionalOnMissingBean
		ServerBuilder microServerBuilder(Registry registry, Transport transport, Broker broker, Codecs codecs,
				ServerOptions options, ClientOptions client) {
			return Server.builder(registry)
				.transport(transport)
				.broker(broker)
				.codecs(codecs)
				.options(options)
				.propagate(client.propagate());
		}

		@Bean
		@ConditionalOnMissingBean
		Server microServer(ServerBuilder builder, ObjectProvider<HandlerInterceptor> handlerInterceptors,
				ObjectProvider<SubscriberInterceptor> subscriberInterceptors,
				ObjectProvider<MicroExceptionHandler> exceptionHandlers,
				ObjectProvider<MicroServerCustomizer> customizers) {
			handlerInterceptors.orderedStream().forEach(builder::intercept);
			subscriberInterceptors.orderedStream().forEach(builder::interceptSubscriber);
			exceptionHandlers.orderedStream().forEach(builder::exceptionHandler);
			customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
			return builder.build();
		}

		@Bean
		HandlerCollector microHandlerCollector() {
			return new HandlerCollector();
		}

		@Bean
		ServerLifecycle microServerLifecycle(Server server, HandlerCollector collector, ServerProperties properties,
				ApplicationContext context) {
			return new ServerLifecycle(server, collector, Boolean.TRUE.equals(properties.enabled()), context);
		}

		@Bean
		SubscriberLifecycle microSubscriberLifecycle(ServerLifecycle server) {
			return new SubscriberLifecycle(server);
		}

		@Bean
		RegistrationLifecycle microRegistrationLifecycle(ServerLifecycle server, ApplicationContext context) {
			return new RegistrationLifecycle(server, context);
		}

	}

}
