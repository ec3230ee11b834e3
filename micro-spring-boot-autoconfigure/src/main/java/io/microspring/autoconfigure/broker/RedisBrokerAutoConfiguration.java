package io.microspring.autoconfigure.broker;

import io.lettuce.core.RedisClient;
import io.microspring.plugins.broker.redis.RedisBroker;
import io.microspring.plugins.broker.redis.RedisOptions;
import io.microspring.service.Plugin;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Redis with the options of {@code micro.broker.redis}, and behind them what Boot knows
 * of Redis when its own module is there.
 */
@AutoConfiguration(before = MicroBrokerAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(RedisClient.class)
@EnableConfigurationProperties(RedisBrokerProperties.class)
public final class RedisBrokerAutoConfiguration {

	@Bean
	Plugin microRedisBroker(RedisBrokerProperties properties, ObjectProvider<BootRedis> boot,
			ObjectProvider<SslBundles> bundles) {
		return Plugin.broker("redis", (address, registry) -> {
			RedisOptions own = properties.toOptions(address,
					properties.ssl().toOptions("micro.broker.redis.ssl.", bundles.getIfAvailable()));
			return new RedisBroker(boot.stream().findFirst().map((redis) -> redis.behind(own, address)).orElse(own));
		});
	}

	/**
	 * What Boot knows of Redis.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DataRedisConnectionDetails.class)
	@ConditionalOnBean(DataRedisConnectionDetails.class)
	static class BootConfiguration {

		@Bean
		BootRedis microBootRedis(DataRedisConnectionDetails details) {
			return new BootRedis(details);
		}

	}

}
